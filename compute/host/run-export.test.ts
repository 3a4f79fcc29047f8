import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isKind } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import type { ExportAnswer, ExportJob } from '../../protocol/jobs.ts';
import { clusters, keep, keptRows, makeRun, pca, plateSpecs, subset, targets, totals, umap } from '../export/testing/run.ts';
import { anndataPython, runScript, scratchFolder } from '../results/testing/python.ts';
import { runExport } from './run-export.ts';

interface ReadMatrix { kind: string; dtype: string; values: (number | null)[][]; stored?: number }
interface ReadColumn { dtype: string; values: unknown[]; categories?: string[]; ordered?: boolean }
interface ReadFrame { index: string[]; columns: Record<string, ReadColumn> }
interface Read {
  shape: number[]; X: ReadMatrix | null; obs: ReadFrame; var: ReadFrame; obsm: Record<string, ReadMatrix>; varm: Record<string, ReadMatrix>;
  obsp: Record<string, ReadMatrix>; uns: Record<string, Record<string, unknown>> & { truckee: string };
}

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const needsPython = anndataPython === null ? describe.skip : describe;

async function run(job: ExportJob, signal = new AbortController().signal): Promise<{ answer: ExportAnswer; events: JobEvent[] }> {
  const answers: ExportAnswer[] = [];
  const events: JobEvent[] = [];
  const peak = await runExport(job, { emit: (event) => events.push(event), answer: (one) => answers.push(one), signal, hostPid: process.pid });
  expect(peak).toBeGreaterThan(1e6);
  return { answer: answers[0]!, events };
}
const read = (path: string): Read => runScript(join(import.meta.dirname, '..', 'export', 'testing', 'read_anndata.py'), path) as Read;

/** What the plates say, written down again from their description. */
const genes = plateSpecs[0]!.genes;
const allRows = plateSpecs.flatMap((plate, p) => plate.cells.map((cell, i) => ({ plate, p, cell, i })));
const kept = keptRows.map((row) => allRows[row]!);
const countsOf = ({ plate, i }: (typeof allRows)[number]): number[] => genes.map((gene) => plate.X[i]![plate.genes.indexOf(gene)]!);
const storedOf = (name: string): unknown[] => kept.map(({ plate, i }) => plate.obs[name]!.values[i]);
const scattered = <T>(values: ArrayLike<T>, width: number): (T | null)[][] =>
  kept.map((_, row) => Array.from({ length: width }, (_, c) => (subset.includes(row) ? values[subset.indexOf(row) * width + c]! : null)));

needsPython('export of a run over two plates (needs Python with anndata)', () => {
  let job: ExportJob;
  beforeAll(async () => void (job = await makeRun(join(folder, 'sampled'))), 120_000);

  describe.each(['h5ad', 'zarr'] as const)('%s', (format) => {
    let data: Read;
    let answer: ExportAnswer;
    beforeAll(async () => {
      const target = join(folder, `out.${format}`);
      ({ answer } = await run({ ...job, format, target }));
      data = read(target);
    });

    test('cells, genes and counts', () => {
      expect(data.shape).toEqual([7, 4]);
      expect(data.obs.index).toEqual(kept.map(({ plate, cell }) => `${plate.name}-${cell}`));
      expect(data.var.index).toEqual(genes);
      expect(data.X).toMatchObject({ kind: 'csr', dtype: 'float32', values: kept.map(countsOf) });
      expect(answer).toMatchObject({ cells: 7, genes: 4 });
    });

    test('stored columns keep their kind; categories are united in order of first appearance', () => {
      const { columns } = data.obs;
      expect(columns['line']).toEqual({ dtype: 'category', categories: ['K', '=SUM(A1)', 'A', '<b>'], ordered: false, values: storedOf('line') });
      expect(columns['depth']).toEqual({ dtype: 'int64', values: storedOf('depth') });
      expect(columns['age']).toEqual({ dtype: 'float64', values: storedOf('age') });
      expect(columns['score']).toEqual({ dtype: 'float64', values: storedOf('score') });
      expect(columns['good']).toEqual({ dtype: 'bool', values: storedOf('good') });
      expect(columns['maybe']!.values).toEqual(storedOf('maybe').map((v) => (v === null ? null : v ? 'True' : 'False')));
      expect(columns['note']!.values).toEqual(storedOf('note'));
      expect(columns['mixed']!.values).toEqual(storedOf('mixed'));
      expect(columns['plate']).toMatchObject({ categories: ['p1', 'p2'], values: kept.map(({ plate }) => plate.name) });
      expect(columns['only1']).toBeUndefined();
      expect(answer.notes.join()).toContain('only1');
    });

    test('computed columns follow the kept cells; cells outside the sample have none', () => {
      expect(data.obs.columns['total_counts']).toEqual({ dtype: 'float64', values: keptRows.map((row) => totals[row]) });
      expect(data.obs.columns['leiden']).toMatchObject({ categories: ['0', '1'], values: scattered(Array.from(clusters, String), 1).flat() });
      expect(data.var.columns).toMatchObject({
        mt: { dtype: 'bool', values: [false, false, true, false] }, highly_variable: { dtype: 'bool', values: [true, false, true, true] },
        n_cells_by_counts: { dtype: 'int32', values: [4, 3, 4, 5] },
      });
    });

    test('embeddings and graph', () => {
      expect(data.obsm['X_pca']!.values.flat()).toEqual([...pca]);
      expect(data.obsm['X_umap']!.values).toEqual(scattered(umap, 2));
      expect(data.varm['PCs']!.values.flat()).toEqual(Array.from({ length: 12 }, (_, i) => i));
      const graph = data.obsp['connectivities']!;
      expect(graph).toMatchObject({ kind: 'csr', stored: 8 });
      const dense = Array.from({ length: 7 }, () => Array.from({ length: 7 }, () => 0));
      // A ring of four: neighbours of node i are i - 1 and i + 1, in ascending order, with weights 1, 1.25, 1.5...
      subset.forEach((row, i) => [(i + 1) % 4, (i + 3) % 4].sort().forEach((j, k) => (dense[row]![subset[j]!] = 1 + (2 * i + k) / 4)));
      expect(graph.values).toEqual(dense);
    });

    test('uns has scanpy\'s names, provenance names no folder', () => {
      expect(data.uns['pca']).toMatchObject({ variance: [4, 2, 1], variance_ratio: [0.5, 0.25, 0.125], params: { zero_center: true } });
      expect(data.uns['neighbors']).toMatchObject({ connectivities_key: 'connectivities', distances_key: 'distances', params: { n_neighbors: 3, metric: 'euclidean' } });
      // a and b that umap-learn fits for spread 1 and min_dist 0.5
      const { a, b } = (data.uns['umap'] as { params: { a: number; b: number } }).params;
      expect(a).toBeCloseTo(0.58303, 4);
      expect(b).toBeCloseTo(1.334167, 4);
      expect(data.uns['leiden']).toMatchObject({ params: { resolution: 1, n_iterations: -1 } });
      expect(data.uns['hvg']).toEqual({ flavor: 'seurat' });
      expect(data.uns).not.toHaveProperty('log1p');
      expect(data.uns['truckee_demo']).toEqual({ note: expect.stringContaining('generated data') });
      const truckee = JSON.parse(data.uns.truckee) as Record<string, string>;
      expect(truckee).toMatchObject({ version: '0.1.0', source: 'p1.h5ad', plate_column: 'plate' });
      expect(truckee['note']!.length).toBe(150_000);
      expect(data.uns.truckee).not.toContain(folder);
    });

    test('nothing else is left in the folder, and a target that exists is refused untouched', async () => {
      const target = join(folder, `out.${format}`);
      const before = digest(target);
      await expect(run({ ...job, format, target })).rejects.toSatisfy((error) => isKind(error, 'already-exists'));
      expect(digest(target)).toBe(before);
      expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    });
  });

  test('lognorm is what normalize_total and log1p make of the counts', async () => {
    const target = join(folder, 'lognorm.h5ad');
    await run({ ...job, target, matrix: 'lognorm' });
    const { values } = read(target).X!;
    kept.forEach((cell, row) => {
      const total = totals[keptRows[row]!]!;
      countsOf(cell).forEach((count, gene) => expect(values[row]![gene]).toBeCloseTo(Math.log1p((count / total) * targets[cell.p]!), 5));
    });
  });

  test('without X there is no matrix; without a sample every cell is in the graph', async () => {
    const whole = await makeRun(join(folder, 'whole'), { sampled: false });
    const target = join(folder, 'whole.zarr');
    await run({ ...whole, format: 'zarr', target, includeX: false });
    const data = read(target);
    expect(data.X).toBeNull();
    expect(data.shape).toEqual([7, 4]);
    expect(data.obsp['distances']!.stored).toBe(14);
    expect(data.obsm['X_umap']!.values.flat()).toEqual(Array.from({ length: 14 }, (_, i) => i));
    expect(data.obs.columns['leiden']!.values).toEqual(['0', '1', '0', '1', '0', '1', '0']);
  });

  test('csv: one line per cell, formulas disarmed, numbers as they are', async () => {
    const target = join(folder, 'out.csv');
    await run({ ...job, format: 'csv', target });
    const text = readFileSync(target, 'utf8');
    const table = parseCsv(text);
    expect(table[0]).toEqual(['cell', 'line', 'depth', 'age', 'score', 'good', 'maybe', 'note', 'mixed', 'plate', 'pct_counts_mt', 'total_counts', 'leiden', 'X_pca1', 'X_pca2', 'X_pca3', 'X_umap1', 'X_umap2']);
    expect(table).toHaveLength(8);
    const column = (name: string): string[] => table.slice(1).map((row) => row[table[0]!.indexOf(name)]!);
    expect(column('line')).toEqual(['K', 'A', 'K', "'=SUM(A1)", '<b>', 'A', '<b>']);
    expect(column('note')).toEqual(['x', 'say "hi"', "'@home", 'two\nlines', '', "'+x", 'y']);
    expect(column('depth')).toEqual(['1', '2', '4', '5', '6', '8', '9']);
    expect(column('score')).toEqual(['0.1', '-2.5', '1e-7', '12345678.25', '1', '3', '4']);
    expect(column('age')[1]).toBe('');
    expect(column('pct_counts_mt')[2]).toBe('33.3');
    expect(column('X_umap1')).toEqual(['', '0.5', '-2', '', '4', '', '1000000']);
    expect(column('X_pca1').map(Number)).toEqual([...pca].filter((_, i) => i % 3 === 0).map((v) => Number(v.toPrecision(7))));
  });

  test('cancelling leaves nothing behind', async () => {
    const cancel = new AbortController();
    cancel.abort();
    const target = join(folder, 'cancelled.zarr');
    await expect(run({ ...job, format: 'zarr', target }, cancel.signal)).rejects.toSatisfy((error) => isKind(error, 'cancelled'));
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a result about other cells is refused', async () => {
    const bad = await makeRun(join(folder, 'bad'));
    const metadata = join(bad.results[0]!.path, 'obs', 'total_counts', '.zarray');
    writeFileSync(metadata, readFileSync(metadata, 'utf8').replace(`"shape":[${keep.length}]`, '"shape":[8]'));
    await expect(run({ ...bad, target: join(folder, 'bad.h5ad') })).rejects.toSatisfy((error) => isKind(error, 'corrupt-result'));
  });
});

/** RFC 4180, by hand. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') field += text[++i]!;
      else if (c === '"') quoted = false;
      else field += c;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\r') {
      rows.at(-1)!.push(field);
      field = '';
      if (c === '\r') {
        expect(text[++i]).toBe('\n');
        rows.push([]);
      }
    } else field += c;
  }
  rows.pop();
  return rows;
}

function digest(path: string): string {
  const hash = createHash('sha256');
  const add = (at: string, name: string): void => {
    hash.update(name);
    if (name.endsWith('.h5ad')) hash.update(readFileSync(at));
    else for (const entry of readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) add(join(at, entry.name), entry.name);
      else hash.update(readFileSync(join(at, entry.name)));
    }
  };
  add(path, path);
  return hash.digest('hex');
}
