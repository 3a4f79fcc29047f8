import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc32c, crc32cText } from './crc32c.ts';
import { downloadApart } from './download-apart.ts';
import { blockBytes, download } from './download.ts';
import { startHostile, type HostileServer } from './hostile-server.cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-download-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const size = 3_000_001;
const content = new Uint8Array(randomBytes(size));
const sha256 = createHash('sha256').update(content).digest('hex');
const quick = { partBytes: 256 * 1024, pauseMs: 1, stallMs: 30_000, tries: 4 };
let server: HostileServer;
let files = 0;
let target = '';
beforeEach(async () => {
  server = await startHostile(content);
  target = join(folder, `file-${++files}.bin`);
});
afterEach(() => server.close());
const get = (more: object = {}) => download({ url: server.url, target, ...quick, ...more });
const isRight = (): boolean => createHash('sha256').update(readFileSync(target)).digest('hex') === sha256;

test('CRC-32C is the one of the standard', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.from('56789'), crc32c(Buffer.from('1234')))).toBe(0xe3069283);
  expect(crc32cText(crc32c(new Uint8Array(32)))).toBe(Buffer.from('8a9136aa', 'hex').toString('base64'));
});

describe('a download', () => {
  test('arrives in parallel parts and is compared with every digest', async () => {
    const seen: number[] = [];
    const done = await get({
      expected: { size, sha256, md5: createHash('md5').update(content).digest('base64'), crc32c: crc32cText(crc32c(content)) },
      onProgress: (bytes: number) => void seen.push(bytes),
    });
    expect(done).toMatchObject({ bytes: size, fetched: size, digests: { sha256 }, verified: ['size', 'md5', 'crc32c', 'sha256'] });
    expect(isRight()).toBe(true);
    expect(seen.at(-1)).toBe(size);
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test.each(['sha256', 'md5', 'crc32c'])('with another %s is not kept', async (digest) => {
    const wrong = digest === 'sha256' ? '0'.repeat(64) : 'AAAAAA==';
    await expect(get({ expected: { [digest]: wrong } })).rejects.toThrow('not what its source announces');
    expect([existsSync(target), existsSync(`${target}.part`)]).toEqual([false, false]);
  });

  test('survives cuts, stalls, refusals and rate limits, fetching at most 5 % twice', async () => {
    server.mischief = ({ number, start, end }) => {
      if (end - start < 2) return null;
      if (number % 5 === 1) return { kind: 'cut', after: 100_000 };
      if (number === 3) return { kind: 'stall', after: 50_000 };
      if (number % 7 === 2) return { kind: 'status', status: 503 };
      return number % 13 === 4 ? { kind: 'status', status: 429, retryAfter: '0' } : null;
    };
    // Where a slow machine takes another answer for a stall, it is asked for again like the one that is.
    const done = await get({ stallMs: 500, tries: 20 });
    expect(isRight()).toBe(true);
    expect(done.fetched).toBeLessThanOrEqual(1.05 * size);
  });

  test.each([
    ['whole', 'ignored the range'], ['other-range', 'another range'], ['encoded', 'Content-Encoding'],
  ] as const)('refuses a server that answers with %s', async (kind, words) => {
    server.mischief = ({ start, end }) => (end - start < 2 ? null : { kind });
    await expect(get()).rejects.toThrow(words);
    expect(existsSync(target)).toBe(false);
  });

  test('says what a refusal means, and gives up in the end', async () => {
    for (const [status, kind] of [[401, 'not-authorised'], [403, 'not-authorised'], [404, 'remote-missing'], [410, 'remote-missing'], [500, 'download-failed']] as const) {
      server.mischief = () => ({ kind: 'status', status });
      await expect(get()).rejects.toMatchObject({ data: { kind } });
    }
    server.mischief = () => ({ kind: 'redirect', to: server.url });
    await expect(get()).rejects.toThrow('redirects in a circle');
    server.mischief = () => ({ kind: 'redirect', to: 'file:///etc/passwd' });
    await expect(get()).rejects.toThrow('no web address');
  });

  test('never mixes two versions: a file replaced in the middle is reported', async () => {
    server.mischief = ({ number }) => {
      if (number === 4) server.content = new Uint8Array(randomBytes(size));
      return null;
    };
    await expect(get({ parallel: 1 })).rejects.toMatchObject({ data: { kind: 'remote-changed' } });
    await expect(get({ parallel: 1 })).rejects.toMatchObject({ data: { kind: 'remote-changed' } });
    expect(existsSync(target)).toBe(false);
  });

  test('goes on where it was stopped, and loses less than a part for each connection', async () => {
    const stop = new AbortController();
    await expect(get({ signal: stop.signal, parallel: 2, onProgress: (bytes: number) => void (bytes > size / 2 && stop.abort()) })).rejects.toMatchObject({ data: { kind: 'cancelled' } });
    const before = server.sent;
    const done = await get();
    expect(isRight()).toBe(true);
    expect(done.fetched).toBeLessThan(size / 2 + 1);
    expect(before + done.fetched).toBeLessThanOrEqual(size + 3 * quick.partBytes);
  });

  test('begins anew when nobody knows which parts are there', async () => {
    writeFileSync(`${target}.part`, 'half of something');
    writeFileSync(`${target}.part.json`, '{"version": 1, "size"');
    expect((await get()).fetched).toBe(size);
    expect(isRight()).toBe(true);
  });

  test('never replaces a file, and keeps secrets to the host they are for', async () => {
    writeFileSync(target, 'mine');
    await expect(get()).rejects.toThrow('exists already');
    rmSync(target);
    const other = await startHostile(content);
    const moved = other.url.replace('127.0.0.1', 'localhost');
    server.mischief = () => ({ kind: 'redirect', to: moved });
    await get({ url: `${server.url}?sig=secret2`, headers: { Authorization: 'Bearer secret1', 'X-Goog-User-Project': 'mine' } });
    expect(server.requests.every(({ headers }) => headers.authorization === 'Bearer secret1')).toBe(true);
    expect(other.requests.every(({ headers }) => headers.authorization === undefined && headers['x-goog-user-project'] === undefined)).toBe(true);
    await other.close();
    server.mischief = () => ({ kind: 'status', status: 403 });
    rmSync(target);
    const error = await get({ url: `${server.url}?sig=secret2`, headers: { Authorization: 'Bearer secret1' } }).catch((thrown: unknown) => JSON.stringify(thrown) + String(thrown));
    expect(error).not.toMatch(/secret/);
  });

  test('an empty file is a file', async () => {
    server.content = new Uint8Array(0);
    server.mischief = () => ({ kind: 'status', status: 416 });
    expect(await get()).toMatchObject({ bytes: 0, fetched: 0 });
    expect(readFileSync(target)).toHaveLength(0);
  });
});

describe('on a thread of its own', () => {
  const apart = (more: object = {}) => downloadApart({ url: server.url, target, ...quick, ...more });

  test('a download ends the same, with progress and with the same errors', async () => {
    let seen = 0;
    expect(await apart({ expected: { sha256 }, onProgress: (bytes: number) => void (seen = bytes) })).toMatchObject({ bytes: size, verified: ['size', 'sha256'] });
    expect([seen, isRight()]).toEqual([size, true]);
    await expect(apart()).rejects.toMatchObject({ data: { kind: 'already-exists' } });
  });

  test('it stops when it is told to, and what has come stays', async () => {
    const stop = new AbortController();
    server.mischief = ({ number }) => {
      if (number <= 3) return null;
      stop.abort();
      return { kind: 'stall', after: 1000 };
    };
    await expect(apart({ signal: stop.signal, parallel: 1 })).rejects.toMatchObject({ data: { kind: 'cancelled' } });
    server.mischief = () => null;
    expect((await get()).fetched).toBeLessThan(size - 2 * quick.partBytes);
    expect(isRight()).toBe(true);
  });
});

test('a flipped byte costs one block of 64 MiB, not the file', async () => {
  const bytes = new Uint8Array(blockBytes + 1_000_000).fill(7);
  server.content = bytes;
  const blocks = [bytes.subarray(0, blockBytes), bytes.subarray(blockBytes)].map((block) => createHash('sha256').update(block).digest('hex'));
  let flipped = false;
  server.mischief = ({ start, end }) => {
    if (flipped || start < blockBytes || end - start < 2) return null;
    flipped = true;
    return { kind: 'flip', at: blockBytes + 12_345 };
  };
  const done = await get({ expected: { blocks } });
  expect(flipped).toBe(true);
  expect(done.fetched).toBe(bytes.length + 1_000_000);
  expect(done.verified).toEqual(['size', 'blocks']);
});
