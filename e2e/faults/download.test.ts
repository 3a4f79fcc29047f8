/** Downloads from a real web server, with the program killed in the middle. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginxPath, startNginx, type Nginx } from '../support/nginx.ts';
import { program } from '../support/program.ts';
import { scratch, truckee } from '../support/truckee.ts';

const MiB = 1024 * 1024;
const size = 80 * MiB + 17;
const partBytes = 16 * MiB;

describe.skipIf(nginxPath === null)('a download from nginx', () => {
  const folder = nginxPath === null ? '' : scratch();
  const content = randomBytes(nginxPath === null ? 0 : size);
  const crawl = join(folder, 'crawl');
  const sha256 = createHash('sha256').update(content).digest('hex');
  let server: Nginx;
  beforeAll(async () => {
    server = await startNginx(folder, 20 * MiB);
    writeFileSync(join(server.root, 'plate.h5ad'), content);
  });
  afterAll(() => server.stop());

  test('killed with -9 goes on and fetches less than one part of each connection again', async () => {
    writeFileSync(crawl, '');
    const target = join(folder, 'plate.h5ad');
    const args = ['download', `${server.url}/plate.h5ad`, '--out', target, '--sha256', sha256, '--parallel', '2'];
    await killedAfter(args, () => bytesThere(target) >= 2 * partBytes);
    rmSync(crawl);
    expect(existsSync(target)).toBe(false);
    const { last } = await truckee(args);
    expect(last).toMatchObject({ ok: true, bytes: size, digests: { sha256 }, verified: ['size', 'sha256'] });
    expect(Number(last['fetched'])).toBeLessThanOrEqual(size - 2 * partBytes);
    expect(createHash('sha256').update(readFileSync(target)).digest('hex')).toBe(sha256);
    expect(server.sent()).toBeLessThan(size + 2 * partBytes + MiB);
  });

  test('of a file that changes or is missing says so in plain words', async () => {
    writeFileSync(crawl, '');
    writeFileSync(join(server.root, 'new.bin'), randomBytes(40 * MiB));
    const target = join(folder, 'other.bin');
    const args = ['download', `${server.url}/new.bin`, '--out', target, '--parallel', '1'];
    await killedAfter(args, () => bytesThere(target) >= partBytes);
    rmSync(crawl);
    writeFileSync(join(server.root, 'new.bin'), randomBytes(40 * MiB + 1));
    expect((await truckee(args)).last).toMatchObject({ ok: false, error: { kind: 'remote-changed' } });
    expect(existsSync(target)).toBe(false);
    expect((await truckee(['download', `${server.url}/no.bin`, '--out', join(folder, 'no.bin')])).last).toMatchObject({ ok: false, error: { kind: 'remote-missing', facts: { status: 404 } } });
  });
});

const bytesThere = (target: string): number => (existsSync(`${target}.part.json`) ? (JSON.parse(readFileSync(`${target}.part.json`, 'utf8')) as { there: number[] }).there.reduce((sum, bytes) => sum + bytes, 0) : 0);

/** Starts the command and kills it once something holds; what comes after the first 30 MB crawls, so it is in the middle then. */
async function killedAfter(args: readonly string[], holds: () => boolean): Promise<void> {
  const child = spawn(program[0]!, [...program.slice(1), ...args], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until(holds);
  // Bytes go straight to disk: half a file or a hundred take the same memory, and never 200 MB.
  const most = existsSync(`/proc/${child.pid}/status`) ? Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024 : 0;
  child.kill('SIGKILL');
  await ended;
  expect(most).toBeLessThan(200e6);
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 12_000; tries++) {
    try {
      if (holds()) return;
    } catch {
      // The state file is being replaced this very moment.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come to that within two minutes');
}
