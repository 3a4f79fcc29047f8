/** Real embeddings (shared data): published LISI and Harmony values, transport goals on two cell lines in three runs; and MNN against numpy. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { exactNeighbors } from '../graph/exact.ts';
import { chooseKernels } from '../kernels/index.ts';
import { hasSharedData, sharedData } from '../stores/test-data.ts';
import { localCrew } from './crew.ts';
import { defaultHarmony, harmony } from './harmony.ts';
import { lisi, meanOf } from './lisi.ts';
import { codesOf, integrateCentroids } from './loop.ts';
import { fullyMixedShare, sameShare } from './measures.ts';
import { defaultMnn, mutualNeighbors } from './mnn.ts';
import type { Rows } from './search.ts';
import { defaultLoop } from './settings.ts';

const kernels = await chooseKernels();
const crew = localCrew(kernels);

function table(...path: readonly string[]): string[][] {
  return gunzipSync(readFileSync(join(sharedData, ...path))).toString('utf8').trimEnd().split('\n').slice(1).map((line) => line.split('\t'));
}

function rowsOf(lines: readonly (readonly string[])[]): Rows {
  return { values: Float32Array.from(lines.flat(), Number), n: lines.length, dims: lines[0]!.length };
}

function codes(words: readonly string[]): { codes: Int32Array; count: number } {
  const names = [...new Set(words)].sort();
  return { codes: Int32Array.from(words, (word) => names.indexOf(word)), count: names.length };
}

describe.skipIf(!hasSharedData)('harmonypy-pbmc3500', () => {
  test('LISI equals the reference to 1e-6', async () => {
    const stored = table('harmonypy-pbmc3500/lisi_x.tsv.gz').map((line) => line.map(Number));
    const points = rowsOf(stored.map((line) => line.map(String)));
    const labels = table('harmonypy-pbmc3500/lisi_metadata.tsv.gz');
    const wanted = table('harmonypy-pbmc3500/lisi_lisi.tsv.gz');
    const found32 = await crew.neighbors(points, 89);
    // The reference has float64 distances; float32 ones move LISI by 2.5e-6.
    const distances = Float64Array.from(found32.indices, (other, e) => Math.hypot(...stored[other]!.map((x, d) => x - stored[Math.floor(e / 89)]![d]!)));
    const lists = { ...found32, distances };
    for (const column of [0, 1]) {
      const { codes: groups, count } = codes(labels.map((line) => line[column]!));
      const found = lisi(lists, groups, count);
      let worst = 0;
      wanted.forEach((line, row) => (worst = Math.max(worst, Math.abs(found[row]! - Number(line[column + 1])))));
      expect(worst).toBeLessThan(1e-6);
    }
  });

  test('our Harmony comes within 5 % of the published result, and to the same places', async () => {
    const before = rowsOf(table('harmonypy-pbmc3500/pbmc_3500_pcs.tsv.gz').map((line) => line.slice(-30)));
    const published = rowsOf(table('harmonypy-pbmc3500/pbmc_3500_pcs_harmonized.tsv.gz').map((line) => line.slice(-30)));
    const { codes: donors, count } = codes(table('harmonypy-pbmc3500/pbmc_3500_meta.tsv.gz').map((line) => line[0]!));
    const { values, iterations } = harmony(before, donors, count, kernels, { ...defaultHarmony, seed: 0 });
    expect(iterations).toBeGreaterThan(1);
    const ours: Rows = { ...before, values };
    const iLISI = async (rows: Rows): Promise<number> => meanOf(lisi(await crew.neighbors(rows, 89), donors, count));
    const [start, reached, target] = [await iLISI(before), await iLISI(ours), await iLISI(published)];
    expect(start).toBeLessThan(0.8 * target);
    expect(Math.abs(reached / target - 1)).toBeLessThan(0.05);
    for (let d = 0; d < 30; d++) expect(correlation(ours, published, d)).toBeGreaterThan(0.9);
  });
});

function correlation(a: Rows, b: Rows, d: number): number {
  const column = ({ values, n, dims }: Rows): Float64Array => {
    const one = Float64Array.from({ length: n }, (_, row) => values[row * dims + d]!);
    const mean = one.reduce((x, y) => x + y, 0) / n;
    const centred = one.map((x) => x - mean);
    const length = Math.hypot(...centred);
    return centred.map((x) => x / length);
  };
  const other = column(b);
  return column(a).reduce((sum, x, i) => sum + x * other[i]!, 0);
}

describe.skipIf(!hasSharedData)('jurkat-293t: two cell lines in three runs', () => {
  test('transport goes at least 40 % of the way to the ceiling per label, and keeps the lines apart', async () => {
    const lines = table('jurkat-293t-pcs/jurkat_293t_2370_pcs.tsv.gz').sort((a, b) => (a[1]! < b[1]! ? -1 : a[1]! > b[1]! ? 1 : 0));
    const start = rowsOf(lines.map((line) => line.slice(5, 25)));
    const runs = codes(lines.map((line) => line[1]!));
    const types = codes(lines.map((line) => line[4]!));
    const batchStart = Int32Array.from({ length: runs.count + 1 }, (_, b) => runs.codes.filter((code) => code < b).length);
    expect([...codesOf(batchStart)]).toEqual([...runs.codes]);
    const said: string[] = [];
    const done = await integrateCentroids({ rows: start, batchStart, seed: 0 }, defaultLoop, crew, { log: (line) => said.push(line), iteration: () => undefined });
    const full = fullyMixedShare(runs.codes, types.codes);
    expect(full).toBeCloseTo(0.541, 3);
    const share = async (rows: Rows, groups: Int32Array): Promise<number> => sameShare(await exactNeighbors(rows.values, rows.n, rows.dims, 30, { metric: 'euclidean', kernels }), groups, 30);
    const before = await share(start, runs.codes);
    expect(before).toBeCloseTo(0.902, 3);
    const after = await share(done.rows, runs.codes);
    expect((before - after) / (before - full)).toBeGreaterThan(0.4);
    expect((await share(start, types.codes)) - (await share(done.rows, types.codes))).toBeLessThan(0.02);
    expect(done.accepted).toBe(true);
    expect(said[0]).toContain('strain=0.00000');
    expect(done.J).toBeGreaterThan(0.2);
  });
});

test('MNN equals the numpy transcript: three batches, the largest first', () => {
  const reference = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/mnn.json'), 'utf8')) as { dims: number; codes: number[]; X: number[]; out: number[]; pairs: number[] };
  const { dims } = reference;
  const rows: Rows = { values: Float32Array.from(reference.X), n: reference.X.length / dims, dims };
  const { values, merges } = mutualNeighbors(rows, reference.codes, 3, kernels, defaultMnn);
  expect(merges.map(({ batch, pairs }) => [batch, pairs])).toEqual([[0, reference.pairs[0]], [2, reference.pairs[1]]]);
  let worst = 0;
  values.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - reference.out[i]!))));
  expect(worst).toBeLessThan(1e-4);
});
