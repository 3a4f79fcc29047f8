import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCell, type CellChoice } from '../../protocol/cell-choice.ts';
import { columnIn, decodeColumns } from '../../protocol/columns-file.ts';
import { isKind } from '../../protocol/errors.ts';
import { asFingerprint } from '../../protocol/ids.ts';
import type { CellsAnswer, CellsJob, ColumnsJob, ExportJob, RasterJob } from '../../protocol/jobs.ts';
import { decodeRaster, type Raster } from '../../protocol/raster-file.ts';
import { keptRows, makeRun, pca, plateSpecs, subset, totals, umap } from '../export/testing/run.ts';
import { anndataPython, scratchFolder } from '../results/testing/python.ts';
import { runLook } from './run-look.ts';

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const needsPython = anndataPython === null ? describe.skip : describe;
const kept = keptRows.map((row) => plateSpecs.flatMap((plate, p) => plate.cells.map((cell, i) => ({ plate, i, name: `p${p + 1}-${cell}` })))[row]!);
const valueOf = (column: string): unknown[] => kept.map(({ plate, i }) => plate.obs[column]!.values[i]);

needsPython('looks at a run over two plates (needs Python with anndata)', () => {
  let run: Pick<ExportJob, 'id' | 'plates' | 'genes' | 'results' | 'cache'>;
  beforeAll(async () => {
    const { id, plates, genes, results, cache } = await makeRun(folder);
    run = { id, genes, results, cache, plates: plates.map((plate, i) => ({ ...plate, fingerprint: asFingerprint(`${i}c`.repeat(32)) })) };
  });
  const { signal } = new AbortController();
  const raster = async (request: Partial<RasterJob>): Promise<Raster> => {
    const target = join(folder, 'map.raster');
    await runLook({ ...run, kind: 'raster', target, basis: 'X_pca', axes: [0, 1], color: null, width: 4, height: 3, region: null, choice: everyCell, ...request }, { answer: () => undefined, signal });
    return decodeRaster(readFileSync(target), target);
  };
  const cells = async (request: Partial<CellsJob>, withSignal = signal): Promise<CellsAnswer> => {
    let got: CellsAnswer | null = null;
    await runLook({ ...run, kind: 'cells', columns: [], choice: everyCell, sort: null, from: 0, count: 100, find: null, ...request }, { answer: (answer) => void (got = 'total' in answer ? answer : null), signal: withSignal });
    return got!;
  };

  /** Bins of the seven cells by hand: PC1 and PC2 rise together. */
  const place = (cell: number, width: number, height: number): number => {
    const [x, y] = [pca[3 * cell]!, pca[3 * cell + 1]!];
    const [x0, y0, x1, y1] = [pca[0]!, pca[1]!, pca[18]!, pca[19]!];
    return Math.min(height - 1, Math.floor((y1 - y) * (height / (y1 - y0)))) * width + Math.min(width - 1, Math.floor((x - x0) * (width / (x1 - x0))));
  };
  const counted = (chosen: readonly number[]): number[] => {
    const bins = new Array<number>(12).fill(0);
    for (const cell of chosen) bins[place(cell, 4, 3)]! += 1;
    return bins;
  };
  const everyone = kept.map((_, i) => i);

  test('counts of cells per square, from the top, over all plates', async () => {
    const map = await raster({});
    expect([...map.all]).toEqual(counted(everyone));
    expect(map.header).toMatchObject({ placed: 7, cells: 7, chosen: 7, hasChoice: false, axes: ['PC1', 'PC2'], color: null, demo: true });
    const corner = await raster({ region: [pca[9]! - 1e-6, pca[10]! - 1e-6, 100, 100], width: 1, height: 1 });
    expect([...corner.all]).toEqual([4]);
  });

  test('the commonest label of each square, counts over all chosen cells; the choice joins ranges, labels and lasso', async () => {
    const map = await raster({ color: 'line', width: 1, height: 1 });
    const { color } = map.header;
    if (color?.kind !== 'categories') throw new Error('expected categories');
    const lines = valueOf('line');
    expect(color.counts).toEqual(color.categories.map((label) => lines.filter((line) => line === label).length));
    expect(color.missing).toBe(lines.filter((line) => line === null).length);
    expect(color.categories[map.codes![0]!]).toBe([...color.categories].sort((a, b) => color.counts[color.categories.indexOf(b)]! - color.counts[color.categories.indexOf(a)]!)[0]);
    const choice: CellChoice = { ranges: { score: [-3, 100] }, labels: { line: ['A', 'K'] }, lasso: { basis: 'X_pca', axes: [0, 1], corners: [[-2, -2], [pca[15]! + 0.01, -2], [pca[15]! + 0.01, 9], [-2, 9]] } };
    const meant = everyone.filter((i) => Number(valueOf('score')[i]) <= 100 && ['A', 'K'].includes(String(lines[i])) && i <= 5);
    expect(meant.length).toBeGreaterThan(1);
    const some = await raster({ choice });
    expect([...some.chosen]).toEqual(counted(meant));
    expect([...some.all]).toEqual(counted(everyone));
    expect(some.header).toMatchObject({ chosen: meant.length, hasChoice: true });
    expect((await cells({ choice })).names).toEqual(meant.map((i) => kept[i]!.name));
  });

  test('means of numbers; cells of the sample only on its own map', async () => {
    const map = await raster({ color: 'score', width: 1, height: 1 });
    const scores = valueOf('score').map(Number);
    expect(map.values![0]).toBeCloseTo(scores.reduce((a, b) => a + b, 0) / 7, -1);
    expect(map.header.color).toEqual({ kind: 'numbers', column: 'score', min: Math.min(...scores), max: Math.max(...scores), missing: 0 });
    const sampled = await raster({ basis: 'X_umap', color: 'leiden', width: 2, height: 2 });
    expect([...sampled.all].reduce((a, b) => a + b, 0)).toBe(4);
    expect(sampled.header).toMatchObject({ placed: 4, chosen: 4, cells: 7, bounds: [-2, -7, 1e6, 4.25], color: { counts: [3, 1], missing: 0 } });
    expect(umap).toHaveLength(2 * subset.length);
    const flags = await raster({ color: 'good' });
    expect(flags.header.color).toMatchObject({ categories: ['False', 'True'], counts: [3, 4] });
  });

  test('the table: windows, order by numbers and labels with missing ones last, names that contain a text', async () => {
    const all = await cells({ columns: ['score', 'line', 'plate', 'total_counts', 'leiden'] });
    expect(all.names).toEqual(kept.map((cell) => cell.name));
    expect(all.values[0]).toEqual(valueOf('score'));
    expect(all.values[1]).toEqual(valueOf('line'));
    expect(all.values[2]).toEqual(kept.map((cell) => cell.plate.name));
    expect(all.values[3]).toEqual(keptRows.map((row) => totals[row]));
    expect(all.values[4]).toEqual([null, '0', '1', null, '0', null, '0']);
    expect(await cells({ columns: ['score'], from: 2, count: 3 })).toMatchObject({ total: 7, from: 2, names: kept.slice(2, 5).map((cell) => cell.name) });
    const byScore = await cells({ columns: ['score'], sort: { column: 'score', descending: true } });
    expect(byScore.values[0]).toEqual(valueOf('score').map(Number).sort((a, b) => b - a));
    const byLine = await cells({ columns: ['leiden'], sort: { column: 'leiden', descending: true } });
    expect(byLine.values[0]).toEqual(['1', '0', '0', '0', null, null, null]);
    expect((await cells({ find: 'P2-A', count: 1 })).names).toEqual(['p2-a']);
    expect((await cells({ find: '-a', from: 1, count: 1 })).names).toEqual(['p2-a']);
    expect((await cells({ find: '-a', sort: { column: 'score', descending: false }, count: 1 })).names).toHaveLength(1);
    await expect(cells({ find: 'nobody' })).rejects.toSatisfy((error) => isKind(error, 'not-found'));
    await expect(cells({ columns: ['scor'] })).rejects.toSatisfy((error) => isKind(error, 'unknown-column') && error.data.remedy.includes('score'));
    await expect(cells({ columns: ['mixed'] })).resolves.toMatchObject({ total: 7 });
    await expect(cells({ choice: { ...everyCell, ranges: { line: [0, 1] } } })).rejects.toSatisfy((error) => isKind(error, 'invalid-parameter'));
    const cancelled = new AbortController();
    cancelled.abort();
    await expect(cells({ sort: { column: 'depth', descending: false } }, cancelled.signal)).rejects.toSatisfy((error) => isKind(error, 'cancelled'));
  });

  test('columns of cells before the filter and of genes', async () => {
    const file = async (request: Partial<ColumnsJob>) => {
      const target = join(folder, 'some.columns');
      await runLook({ ...run, kind: 'columns', target, of: 'cells', columns: [], most: 100, seed: 0, ...request }, { answer: () => undefined, signal });
      return decodeColumns(readFileSync(target), target);
    };
    const before = await file({ results: run.results.slice(0, 1), columns: ['total_counts', 'line'] });
    expect(before.header).toMatchObject({ rows: 9, of: 9 });
    expect([...columnIn(before, 'total_counts')!]).toEqual(totals);
    expect(Number.isNaN(columnIn(before, 'line')![2])).toBe(true);
    expect((await file({ columns: ['depth'], most: 3 })).header).toMatchObject({ rows: 3, of: 7 });
    const genes = await file({ of: 'genes', columns: ['n_cells_by_counts', 'highly_variable', 'absent'] });
    expect(genes.header).toMatchObject({ names: plateSpecs[0]!.genes, columns: [{ name: 'n_cells_by_counts' }, { name: 'highly_variable' }] });
    expect([...columnIn(genes, 'highly_variable')!]).toEqual([1, 0, 1, 1]);
    expect(() => decodeColumns(readFileSync(join(folder, 'some.columns')).subarray(0, -1), 'cut')).toThrow(/bytes where/);
  });
});
