/** A run made up for tests: two small plates written by anndata, and result folders as the steps leave them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asFingerprint, asJobId } from '../../../protocol/ids.ts';
import type { ExportJob, PlateInput } from '../../../protocol/jobs.ts';
import { writeArray } from '../../results/array.ts';
import { runScript } from '../../results/testing/python.ts';
import { openPlate } from '../../stores/index.ts';

export interface PlateSpec {
  readonly name: string;
  readonly cells: readonly string[];
  readonly genes: readonly string[];
  readonly X: readonly (readonly number[])[];
  readonly obs: Readonly<Record<string, { kind: string; values: readonly unknown[]; categories?: readonly string[]; ordered?: boolean }>>;
}

/** Genes of the second plate stand in another order; one label tries to be a formula, another to be markup. */
export const plateSpecs: readonly PlateSpec[] = [
  {
    name: 'p1', cells: ['a', 'b', 'c', 'd', 'e'], genes: ['G1', 'G2', 'MT-3', 'G4'],
    X: [[1, 0, 0, 2], [0, 3, 0, 0], [0, 0, 0, 0], [5, 0, 6, 7], [0, 0, 0, 8]],
    obs: {
      line: { kind: 'categorical', values: ['K', 'A', null, 'K', '=SUM(A1)'], categories: ['K', '=SUM(A1)', 'A'] },
      depth: { kind: 'int', values: [1, 2, -3, 4, 5] },
      age: { kind: 'nullable-integer', values: [1, null, 3, 4, 5] },
      score: { kind: 'float', values: [0.1, -2.5, 3, 1e-7, 12345678.25] },
      good: { kind: 'bool', values: [true, false, true, true, false] },
      maybe: { kind: 'nullable-boolean', values: [true, null, false, true, false] },
      note: { kind: 'string', values: ['x', 'say "hi"', 'a,b', '@home', 'two\nlines'] },
      mixed: { kind: 'categorical', values: ['u', 'v', 'u', 'v', 'u'], categories: ['u', 'v'] },
      only1: { kind: 'int', values: [1, 1, 1, 1, 1] },
    },
  },
  {
    name: 'p2', cells: ['a', 'f', 'g', 'h'], genes: ['G4', 'G1', 'G2', 'MT-3'],
    X: [[9, 0, 1, 0], [0, 2, 0, 3], [4, 4, 4, 4], [0, 0, 0, 1]],
    obs: {
      line: { kind: 'categorical', values: ['<b>', 'A', 'A', '<b>'], categories: ['A', '<b>'] },
      depth: { kind: 'int', values: [6, 7, 8, 9] },
      age: { kind: 'nullable-integer', values: [6, 7, 8, 9] },
      score: { kind: 'float', values: [1, 2, 3, 4] },
      good: { kind: 'bool', values: [false, false, true, true] },
      maybe: { kind: 'nullable-boolean', values: [false, true, null, true] },
      note: { kind: 'string', values: ['', '-5', '+x', 'y'] },
      mixed: { kind: 'string', values: ['s', 't', 'u', 'v'] },
    },
  },
];

/** Rows that the filter keeps, and the embedded ones among those. */
export const keep = [1, 1, 0, 1, 1, 1, 0, 1, 1];
export const keptRows = keep.flatMap((flag, row) => (flag === 1 ? [row] : []));
export const subset = [1, 2, 4, 6];
export const totals = [3, 3, 0, 18, 8, 10, 5, 16, 1];
export const targets = [6, 10];
export const pca = Float32Array.from({ length: 7 * 3 }, (_, i) => i / 10 - 1);
export const umap = Float32Array.from([0.5, 1.5, -2, 3, 4, 4.25, 1e6, -7]);
/** Clusters of the embedded cells. */
export const clusters = Int32Array.from([0, 1, 0, 0]);

const f = (path: string, name: string, value: unknown): void => {
  mkdirSync(join(path, 'uns'), { recursive: true });
  writeFileSync(join(path, 'uns', `${name}.json`), JSON.stringify(value));
};

/** Writes plates and results below `folder` and returns an export job over them. */
export async function makeRun(folder: string, options: { sampled: boolean } = { sampled: true }): Promise<ExportJob> {
  mkdirSync(folder, { recursive: true });
  const specs = plateSpecs.map((spec) => ({ ...spec, path: join(folder, `${spec.name}.h5ad`) }));
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(specs));
  runScript(join(import.meta.dirname, 'make_plates.py'), join(folder, 'spec.json'));
  const plates: PlateInput[] = [];
  for (const { name, path } of specs) {
    const file = await openPlate(path);
    plates.push({ name, path, fingerprint: asFingerprint('ab'.repeat(32)), facts: { ...file.facts(name), demo: true } });
    file.close();
  }
  const at = (step: string): string => join(folder, 'results', step);
  writeArray(join(at('qc'), 'obs', 'total_counts'), Float64Array.from(totals));
  writeArray(join(at('qc'), 'obs', 'pct_counts_mt'), Float32Array.from([0, 0, 0, 33.3, 0, 0, 60, 25, 100]));
  writeArray(join(at('qc'), 'var', 'mt'), Uint8Array.from([0, 0, 1, 0]));
  writeArray(join(at('qc'), 'var', 'n_cells_by_counts'), Int32Array.from([4, 3, 4, 5]));
  writeArray(join(at('filter'), 'rows', 'keep'), Uint8Array.from(keep));
  f(at('filter'), 'filter', { kept: 7, keptPerPlate: [4, 3], genesKept: 4, allGenes: true });
  f(at('normalize'), 'normalize', { targets, totals: 'obs/total_counts' });
  f(at('log1p'), 'log1p', { base: null });
  writeArray(join(at('hvg'), 'var', 'highly_variable'), Uint8Array.from([1, 0, 1, 1]), undefined, { boolean: true });
  f(at('hvg'), 'hvg', { flavor: 'seurat', selected: 3 });
  writeArray(join(at('pca'), 'obsm', 'X_pca'), pca, 3);
  writeArray(join(at('pca'), 'varm', 'PCs'), Float32Array.from({ length: 12 }, (_, i) => i), 3);
  f(at('pca'), 'pca', { params: { zero_center: true, mask_var: 'highly_variable' }, variance: [4, 2, 1], variance_ratio: [0.5, 0.25, 0.125], noise_variance: 0.1 });
  const nodes = options.sampled ? subset.length : keptRows.length;
  if (options.sampled) writeArray(join(at('subset'), 'rows', 'subset'), Uint32Array.from(subset));
  const ring = Array.from({ length: nodes }, (_, i) => [(i + 1) % nodes, (i + nodes - 1) % nodes].sort((a, b) => a - b));
  for (const name of ['distances', 'connectivities']) {
    writeArray(join(at('neighbors'), 'obsp', `${name}.indptr`), Float64Array.from({ length: nodes + 1 }, (_, i) => 2 * i));
    writeArray(join(at('neighbors'), 'obsp', `${name}.indices`), Int32Array.from(ring.flat()));
    writeArray(join(at('neighbors'), 'obsp', `${name}.data`), Float32Array.from({ length: 2 * nodes }, (_, i) => 1 + i / 4));
  }
  f(at('neighbors'), 'neighbors', { params: { n_neighbors: 3, method: 'umap', metric: 'euclidean', use_rep: 'X_pca', random_state: 0 }, method: 'exact' });
  writeArray(join(at('umap'), 'obsm', 'X_umap'), options.sampled ? umap : Float32Array.from({ length: 14 }, (_, i) => i), 2);
  f(at('umap'), 'umap', { params: { min_dist: 0.5, spread: 1, random_state: 0 } });
  writeArray(join(at('leiden'), 'obs', 'leiden'), options.sampled ? clusters : Int32Array.from([0, 1, 0, 1, 0, 1, 0]), undefined, { categories: ['0', '1'], ordered: false });
  f(at('leiden'), 'leiden', { params: { resolution: 1, n_iterations: -1, random_state: 0 }, modularity: 0.5 });
  const steps = ['qc', 'filter', 'normalize', 'log1p', 'hvg', 'pca', ...(options.sampled ? ['subset'] : []), 'neighbors', 'umap', 'leiden'];
  return {
    kind: 'export', id: asJobId('test-export'), format: 'h5ad', target: join(folder, 'out.h5ad'), plates, genes: 'same',
    results: steps.map((step) => ({ step, path: at(step) })), includeX: true, cache: join(folder, 'cache'),
    provenance: { version: '0.1.0', recipe: 'pca-umap', source: join(folder, 'p1.h5ad'), note: 'long '.repeat(30_000) },
  };
}
