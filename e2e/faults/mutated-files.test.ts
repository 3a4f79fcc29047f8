/** Hundreds of files with flipped bits, overwritten words and lost ends: each is read or refused with a typed error, in time. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Described } from './support/inspect-worker.ts';
import { demoPlates, randomSeries, samples, scratch } from './support/workspace.ts';

const cases = samples(600);
const mostMs = 10_000;
const folder = scratch('mutated');
const sources: { name: string; bytes: Buffer }[] = [];

beforeAll(async () => {
  const [plate] = await demoPlates(folder, { plates: 1, cells: 40, genes: 100 });
  const shared = resolve(process.env['TRUCKEE_TEST_DATA'] ?? '../shared/data', 'h5ad-encodings');
  const found = existsSync(shared) ? readdirSync(shared).filter((name) => name.endsWith('.h5ad')).map((name) => join(shared, name)) : [];
  for (const path of [plate!, ...found]) {
    const bytes = readFileSync(path);
    // Small ones: more cases in the time there is.
    if (bytes.length < 400_000) sources.push({ name: path.split('/').at(-1)!, bytes });
  }
});

/** Flips, words of all kinds, words from elsewhere in the file, lost or doubled ends. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  const below = (n: number): number => Math.floor(random() * n);
  if (random() < 0.15) return bytes.subarray(0, below(bytes.length));
  const out = Buffer.from(bytes);
  for (let hit = 1 + below(4); hit > 0; hit--) {
    // Structure sits at the start of HDF5 files: half of the damage goes there.
    const at = below(random() < 0.5 ? Math.min(out.length, 4096) : out.length);
    const room = Math.min(8, out.length - at);
    const kind = below(4);
    if (kind === 0) out[at]! ^= 1 << below(8);
    else if (kind === 1) out.fill([0, 0xff, 0x7f, 1][below(4)]!, at, at + room);
    else if (kind === 2) out[at] = below(256);
    else bytes.copy(out, at, below(bytes.length - 8), below(bytes.length - 8) + room);
  }
  return out;
}

let worker: Worker | null = null;
afterAll(() => void worker?.terminate());

function describeFile(path: string): Promise<Described> {
  worker ??= new Worker(new URL('./support/inspect-worker.ts', import.meta.url), { execArgv: ['--no-warnings'] });
  const current = worker;
  return new Promise((resolvePromise) => {
    const finish = (described: Described): void => {
      clearTimeout(timer);
      current.off('message', finish).off('error', died);
      if (!described.typed) {
        void current.terminate();
        worker = null;
      }
      resolvePromise(described);
    };
    const timer = setTimeout(() => finish({ ended: `no answer within ${mostMs} ms`, typed: false, rssBytes: 0 }), mostMs);
    current.once('message', finish);
    const died = (error: unknown): void => finish({ ended: `the worker died: ${error instanceof Error ? error.message : String(error)}`, typed: false, rssBytes: 0 });
    current.once('error', died);
    current.postMessage(path);
  });
}

test(`${cases} mutated files`, async () => {
  const kinds = new Map<string, number>();
  const wrong: string[] = [];
  let slowestMs = 0;
  let mostBytes = 0;
  const path = join(folder, 'case.h5ad');
  for (let round = 0; round < cases; round++) {
    const { name, bytes } = sources[round % sources.length]!;
    writeFileSync(path, mutate(bytes, randomSeries(round * 7919)));
    const began = performance.now();
    const { ended, typed, rssBytes } = await describeFile(path);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    mostBytes = Math.max(mostBytes, rssBytes);
    if (typed) kinds.set(ended, (kinds.get(ended) ?? 0) + 1);
    else wrong.push(`case ${round} (${name}): ${ended.slice(0, 300)}`);
  }
  console.log(`mutated files: ${cases} cases, ${JSON.stringify(Object.fromEntries(kinds))}, slowest ${Math.round(slowestMs)} ms, ${Math.round(mostBytes / 2 ** 20)} MiB`);
  expect(wrong).toEqual([]);
  expect(mostBytes).toBeLessThan(1.5 * 2 ** 30);
  // The damage must have met both sides.
  expect(kinds.get('read') ?? 0).toBeGreaterThan(cases / 50);
  expect(kinds.get('corrupt-file') ?? 0).toBeGreaterThan(cases / 50);
}, samples(600) * 300);
