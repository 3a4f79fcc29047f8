/** Files read from afar: several readers at once ask for every block once, and all see the same bytes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBytes } from '../file.ts';
import { nameInAddress } from '../http.ts';
import { claimsPath, openClaims } from './claims.ts';
import { blockBytes, cachedBytes, clearStub, flagsPath, openStub, readStub } from './stub.ts';

const content = Uint8Array.from({ length: 21 * blockBytes + 777 }, (_, i) => (i * 2654435761) >>> 24);
const digest = createHash('sha256').update(content).digest('hex');

/** In a thread of its own, for reading waits: the server is in this one. */
const read = (path: string, pieceBytes: number, step: number): Promise<string> => new Promise((resolve, reject) => {
  const reader = new Worker(new URL('./testing/reader.ts', import.meta.url), { workerData: { path, pieceBytes, step } });
  reader.once('message', resolve);
  reader.once('error', reject);
});

test('a name in an address is never a path, and is there whatever is written', () => {
  const names = ['/a/plate.h5ad?x=1', '/..%2F..%2Fevil', '/a%5Cb', '/50%25%zz', '/%E2%82%AC.h5ad', '/', '', '/a/', '/%2e%2e', '/a%00b'].map((path) => nameInAddress(`http://host${path}`));
  expect(names).toEqual(['plate.h5ad', '.._.._evil', 'a_b', '50%25%zz', '€.h5ad', '', '', 'a', '', 'a_b']);
});

describe('several readers of one remote file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-remote-'));
  const asked: number[] = [];
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range!)!.map(Number) as [number, number, number];
      for (let at = first; at <= last && last > first; at += blockBytes) asked.push(at / blockBytes);
      response.writeHead(206, { ETag: '"one"', 'Content-Range': `bytes ${first}-${last}/${content.length}`, 'Content-Length': last + 1 - first });
      response.end(content.subarray(first, last + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('at once: every block is fetched once, and no claim is left', async () => {
    const path = await openStub(folder, `${url}/plate.h5ad`, null);
    expect(await Promise.all([read(path, 100_003, 1), read(path, 1_000_003, 5), read(path, 300_007, 7)])).toEqual([digest, digest, digest]);
    expect(asked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 22 }, (_, i) => i));
    expect(readdirSync(claimsPath(path))).toEqual([]);
  });

  test('of one name in two places are two; an address that is signed anew is the same one', async () => {
    const [here, there] = [await openStub(folder, `${url}/a/same.h5ad`, null), await openStub(folder, `${url}/b/same.h5ad?key=1`, null)];
    expect([here, there].map((path) => basename(path))).toEqual(['same.h5ad', 'same-2.h5ad']);
    expect(await openStub(folder, `${url}/b/same.h5ad?key=2`, null)).toBe(there);
    expect(readStub(there)!.remote.url).toBe(`${url}/b/same.h5ad?key=2`);
    expect(await read(there, 1_000_003, 5)).toBe(digest);
  });

  test('from a server without ranges is refused with what to do instead', async () => {
    const plain = createServer((_, response) => response.writeHead(200, { 'Content-Length': content.length }).end(content));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(plain.address() as AddressInfo).port}/plate.h5ad`;
    await expect(openStub(folder, address, null)).rejects.toMatchObject({ data: { kind: 'no-ranges', remedy: expect.stringContaining(`truckee download ${address}`) } });
    await expect(openStub(folder, 'http://[no', null)).rejects.toMatchObject({ data: { kind: 'download-failed', facts: { reason: 'it is no web address' } } });
    plain.close();
  });

  test('cleared while a reader has it open: the reader goes on, the next one begins anew; a lost list too', async () => {
    const path = await openStub(folder, `${url}/third.h5ad`, null);
    expect(await read(path, 1_000_003, 1)).toBe(digest);
    const reader = openBytes(path);
    clearStub(path);
    expect(reader.read(5 * blockBytes - 9, 18)).toEqual(content.slice(5 * blockBytes - 9, 5 * blockBytes + 9));
    reader.close();
    expect(cachedBytes(path)).toBe(0);
    expect(await read(path, 1_000_003, 5)).toBe(digest);
    rmSync(flagsPath(path));
    expect(await read(path, 300_007, 1)).toBe(digest);
    expect(readdirSync(folder).filter((name) => name.startsWith('third.h5ad.remote.blocks'))).toHaveLength(1);
  });

  test('the claim of a process that has died is passed over; that of a living one is respected', async () => {
    const path = await openStub(folder, `${url}/other.h5ad`, null);
    const claims = openClaims(path);
    // Above every process number that the system gives.
    writeFileSync(join(claimsPath(path), '0'), String(2 ** 30));
    expect(claims.claim(0, 2)).toBe(2);
    expect(openClaims(path).claim(1, 2)).toBeNull();
    claims.release(0, 2);
    // A clock that was set forward or back since makes no living claim stale, and no dead one live.
    const [living, tomorrow] = [String(process.pid), new Date(Date.now() + 86_400_000)];
    for (const [block, pid] of [['7', living], ['8', String(2 ** 30)]] as const) {
      writeFileSync(join(claimsPath(path), block), pid);
      utimesSync(join(claimsPath(path), block), tomorrow, tomorrow);
    }
    expect([claims.claim(7, 7), claims.claim(8, 8)]).toEqual([null, 8]);
    for (const block of ['7', '8']) rmSync(join(claimsPath(path), block));
    writeFileSync(join(claimsPath(path), '3'), String(2 ** 30));
    expect(await read(path, 1_000_003, 1)).toBe(digest);
    expect(existsSync(join(claimsPath(path), '3'))).toBe(false);
  });
});
