import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { CsrSource } from '../csr-source.ts';
import { emptyBatch, type EntrySource } from './entries.ts';
import { fixedBytes, planTranspose } from './plan.ts';
import { openSpool } from './reader.ts';
import { writeSpool, type TransposeProgress } from './transpose.ts';

type Triple = readonly [row: number, gene: number, value: number];
const folder = mkdtempSync(join(tmpdir(), 'truckee-spool-'));
afterAll(() => rmSync(folder, { recursive: true }));

function entriesOf(triples: readonly Triple[], sumsDuplicates: boolean): EntrySource {
  return {
    sumsDuplicates,
    async *batches() {
      const batch = emptyBatch();
      for (const [row, gene, value] of triples) {
        batch.rows[batch.count] = row;
        batch.genes[batch.count] = gene;
        batch.values[batch.count] = value;
        if (++batch.count < 1000) continue;
        yield batch;
        batch.count = 0;
      }
      yield batch;
    },
    close: () => undefined,
  };
}

function rowsOf(source: CsrSource): [gene: number, value: number][][] {
  const pointers = source.pointers(0, source.nObs);
  return Array.from({ length: source.nObs }, (_, row) => {
    const length = pointers[row + 1]! - pointers[row]!;
    const [indices, values] = [new Int32Array(length), new Float32Array(length)];
    source.entries(pointers[row]!, pointers[row + 1]!, indices, values);
    return Array.from(indices, (gene, i): [number, number] => [gene, values[i]!]);
  });
}

const size = { nObs: 40, nVars: 9 };
const triple = fc.tuple(fc.nat(size.nObs - 1), fc.nat(size.nVars - 1), fc.integer({ min: -3, max: 90 }));

test('rows keep their entries in the order they came, for any entries and any memory', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(triple, { maxLength: 3000 }), fc.integer({ min: 0, max: 60_000 }), async (triples, extra) => {
      const path = join(folder, 'property.spool');
      const memoryBytes = leastMemory(triples.length) + extra;
      await writeSpool(entriesOf(triples, false), { ...size, stored: triples.length }, path, { memoryBytes });
      const source = openSpool(path);
      const expected = Array.from({ length: size.nObs }, (_, row) => triples.filter((t) => t[0] === row).map((t) => [t[1], t[2]]));
      expect(rowsOf(source)).toEqual(expected);
      source.close();
    }),
    { numRuns: 60, seed: 11 },
  );
});

test('with summing, rows come sorted by gene and each gene once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(triple, { maxLength: 2000 }), async (triples) => {
      const path = join(folder, 'summed.spool');
      const stored = await writeSpool(entriesOf(triples, true), { ...size, stored: triples.length }, path, { memoryBytes: leastMemory(triples.length) });
      const sums = new Map<string, number>();
      for (const [row, gene, value] of triples) sums.set(`${row}/${gene}`, (sums.get(`${row}/${gene}`) ?? 0) + value);
      const source = openSpool(path);
      const rows = rowsOf(source);
      rows.forEach((row, r) => expect(row).toEqual(
        [...Array(size.nVars).keys()].filter((gene) => sums.has(`${r}/${gene}`)).map((gene) => [gene, sums.get(`${r}/${gene}`)]),
      ));
      expect(stored).toBe(sums.size);
      expect(source.stored).toBe(sums.size);
      source.close();
    }),
    { numRuns: 40, seed: 12 },
  );
});

function leastMemory(stored: number): number {
  try {
    planTranspose({ ...size, stored }, 0);
  } catch (thrown) {
    return Number((thrown as { data: { facts: { neededBytes: number } } }).data.facts.neededBytes);
  }
  throw new Error('no memory at all was enough');
}

test('the plan stays within its memory and the least memory it names is enough', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1e10 }), fc.integer({ min: 0, max: 2 ** 34 }),
      (nObs, nVars, stored, memoryBytes) => {
        try {
          const plan = planTranspose({ nObs, nVars, stored }, memoryBytes);
          expect(plan.ramBytes).toBeLessThanOrEqual(memoryBytes);
          expect(plan.rowsPerBucket * plan.buckets).toBeGreaterThanOrEqual(nObs);
        } catch (thrown) {
          const { neededBytes } = (thrown as { data: { facts: { neededBytes: number } } }).data.facts;
          expect(neededBytes).toBeGreaterThan(memoryBytes);
          expect(planTranspose({ nObs, nVars, stored }, neededBytes).ramBytes).toBeLessThanOrEqual(neededBytes);
        }
      },
    ),
    { seed: 13, numRuns: 500 },
  );
});

test('a plate of 10^10 entries needs few buckets in half a gigabyte, and its disk is told', () => {
  const plan = planTranspose({ nObs: 7_500_000, nVars: 62_710, stored: 1e10 }, 512 * 1024 ** 2);
  expect(plan.buckets).toBeLessThan(500);
  expect(plan.diskBytes).toBe(1e10 * 20 + 8 * 7_500_000);
});

test('memory in use stays near the plan while a matrix eight times larger passes through', async () => {
  const [nObs, nVars, stored] = [20_000, 500, 4_000_000];
  const memoryBytes = fixedBytes + 6 * 1024 * 1024;
  const source: EntrySource = {
    sumsDuplicates: false,
    async *batches() {
      const batch = emptyBatch();
      for (let at = 0; at < stored; at += 50_000) {
        batch.count = 50_000;
        for (let i = 0; i < batch.count; i++) {
          // Gene by gene, a row after the other: 8,000 entries per gene.
          const entry = at + i;
          batch.genes[i] = Math.floor(entry / 8000);
          batch.rows[i] = Math.floor(((entry % 8000) * nObs) / 8000);
          batch.values[i] = entry % 7;
        }
        yield batch;
      }
    },
    close: () => undefined,
  };
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const phases: TransposeProgress[] = [];
  const report = (progress: TransposeProgress): void => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    phases.push(progress);
  };
  const path = join(folder, 'large.spool');
  await writeSpool(source, { nObs, nVars, stored }, path, { memoryBytes, report });
  // The matrix itself is 48 MB of entries.
  expect(most).toBeLessThan(memoryBytes);
  expect(phases.at(-1)).toEqual({ phase: 'writing', done: stored, total: stored });
  expect(phases.filter((p) => p.phase === 'reading').at(-1)?.done).toBe(stored);
  const spool = openSpool(path);
  expect(spool.stored).toBe(stored);
  spool.close();
});

test('cancelling leaves nothing behind', async () => {
  const lone = mkdtempSync(join(folder, 'cancel-'));
  const control = new AbortController();
  const triples = Array.from({ length: 5000 }, (_, i): Triple => [i % 40, i % 9, 1]);
  const job = writeSpool(entriesOf(triples, false), { ...size, stored: 5000 }, join(lone, 'x.spool'), {
    memoryBytes: leastMemory(5000), signal: control.signal, report: ({ done }) => done >= 2000 && control.abort(),
  });
  await expect(job).rejects.toMatchObject({ kind: 'cancelled' });
  expect(readdirSync(lone)).toEqual([]);
});

test('a flipped bit in header or pointers, another version, or a cut is found on opening', async () => {
  const path = join(folder, 'whole.spool');
  const triples = Array.from({ length: 300 }, (_, i): Triple => [i % 40, i % 9, i]);
  await writeSpool(entriesOf(triples, false), { ...size, stored: 300 }, path, { memoryBytes: leastMemory(300) });
  const whole = readFileSync(path);
  openSpool(path).close();
  const broken = (change: (bytes: Buffer) => Buffer): string => {
    const copy = join(folder, 'broken.spool');
    writeFileSync(copy, change(Buffer.from(whole)));
    return copy;
  };
  const flip = (at: number) => (bytes: Buffer) => { bytes[at]! ^= 1; return bytes; };
  for (const change of [flip(0), flip(8), flip(20), flip(whole.length - 3), (b: Buffer) => b.subarray(0, -1), (b: Buffer) => b.subarray(0, 100)]) {
    expect(() => openSpool(broken(change))).toThrowError(expect.objectContaining({ kind: 'corrupt-file' }));
  }
  expect(existsSync(`${path}.part`)).toBe(false);
});
