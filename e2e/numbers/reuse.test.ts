/** Changing one parameter computes anew what depends on it and nothing else; the same data and recipe compute nothing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenTrial } from '../support/golden-trial.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import type { RunOptions, Steps, Trial } from '../support/truckee.ts';

const all = {
  qc: {}, filter: { min_counts: 2 }, normalize: {}, log1p: {}, hvg: { n_top_genes: 30 }, pca: { n_comps: 8 },
  subset: { n: 60 }, neighbors: { n_neighbors: 8 }, umap: { n_epochs: 20 }, leiden: {},
} as const satisfies Steps;
type Step = keyof typeof all;
const names = Object.keys(all) as Step[];

/** [what changes, the steps that must be computed, options] */
const changes: readonly (readonly [string, Partial<Record<Step, Steps[string]>>, readonly Step[], RunOptions?])[] = [
  ['nothing', {}, []],
  ['how it runs: chunk, workers, memory', {}, [], { how: { chunk_rows: 512 }, workers: 1, memory: '700MiB' }],
  ['leiden.resolution', { leiden: { resolution: 0.7 } }, ['leiden']],
  ['leiden.key_added', { leiden: { key_added: 'groups' } }, ['leiden']],
  ['umap.min_dist', { umap: { n_epochs: 20, min_dist: 0.1 } }, ['umap']],
  ['neighbors.n_neighbors', { neighbors: { n_neighbors: 9 } }, ['neighbors', 'umap', 'leiden']],
  ['subset.n', { subset: { n: 61 } }, ['subset', 'neighbors', 'umap', 'leiden']],
  ['pca.n_comps', { pca: { n_comps: 9 } }, ['pca', 'neighbors', 'umap', 'leiden']],
  ['hvg.n_top_genes', { hvg: { n_top_genes: 31 } }, ['hvg', 'pca', 'neighbors', 'umap', 'leiden']],
  ['log1p.base', { log1p: { base: 2 } }, ['log1p', 'hvg', 'pca', 'neighbors', 'umap', 'leiden']],
  ['normalize.target_sum', { normalize: { target_sum: 100 } }, ['normalize', 'log1p', 'hvg', 'pca', 'neighbors', 'umap', 'leiden']],
  ['filter.min_counts', { filter: { min_counts: 3 } }, names.filter((name) => name !== 'qc')],
  ['the seed', {}, ['subset', 'neighbors', 'umap', 'leiden'], { seed: 1 }],
];

describe('after a first run', () => {
  let trial: Trial;
  let first: FinishedRun;
  beforeAll(async () => {
    ({ trial } = await goldenTrial('deep'));
    first = await trial.run(all);
  });

  test('the first run computes everything', () => expect(Object.values(first.reused)).toEqual(names.map(() => false)));

  test.each(changes)('%s', async (_, changed, computed, options) => {
    const run = await trial.run({ ...all, ...changed }, options);
    expect(run.reused).toEqual(Object.fromEntries(names.map((name) => [name, !computed.includes(name)])));
    for (const name of names) expect(run.folder(name) === first.folder(name), name).toBe(!computed.includes(name));
  });
});
