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

interface Change {
  readonly title: string;
  readonly steps?: Partial<Record<Step, Steps[string]>>;
  readonly options?: RunOptions;
  /** The steps that must be computed; all others are taken from the first run. */
  readonly computed: readonly Step[];
}

const changes: readonly Change[] = [
  { title: 'nothing', computed: [] },
  { title: 'how it runs: chunk, workers, memory', options: { how: { chunk_rows: 512 }, workers: 1, memory: '700MiB' }, computed: [] },
  { title: 'leiden.resolution', steps: { leiden: { resolution: 0.7 } }, computed: ['leiden'] },
  { title: 'leiden.key_added', steps: { leiden: { key_added: 'groups' } }, computed: ['leiden'] },
  { title: 'umap.min_dist', steps: { umap: { n_epochs: 20, min_dist: 0.1 } }, computed: ['umap'] },
  { title: 'neighbors.n_neighbors', steps: { neighbors: { n_neighbors: 9 } }, computed: ['neighbors', 'umap', 'leiden'] },
  { title: 'subset.n', steps: { subset: { n: 61 } }, computed: ['subset', 'neighbors', 'umap', 'leiden'] },
  { title: 'pca.n_comps', steps: { pca: { n_comps: 9 } }, computed: ['pca', 'neighbors', 'umap', 'leiden'] },
  { title: 'hvg.n_top_genes', steps: { hvg: { n_top_genes: 31 } }, computed: ['hvg', 'pca', 'neighbors', 'umap', 'leiden'] },
  { title: 'log1p.base', steps: { log1p: { base: 2 } }, computed: ['log1p', 'hvg', 'pca', 'neighbors', 'umap', 'leiden'] },
  { title: 'normalize.target_sum', steps: { normalize: { target_sum: 100 } }, computed: ['normalize', 'log1p', 'hvg', 'pca', 'neighbors', 'umap', 'leiden'] },
  { title: 'filter.min_counts', steps: { filter: { min_counts: 3 } }, computed: names.filter((name) => name !== 'qc') },
  { title: 'the seed', options: { seed: 1 }, computed: ['subset', 'neighbors', 'umap', 'leiden'] },
];

describe('after a first run', () => {
  let trial: Trial;
  let first: FinishedRun;
  beforeAll(async () => {
    ({ trial } = await goldenTrial('deep'));
    first = await trial.run(all);
  });

  test('the first run computes everything', () => expect(Object.values(first.reused)).toEqual(names.map(() => false)));

  test.each(changes)('$title', async ({ steps = {}, options, computed }) => {
    const run = await trial.run({ ...all, ...steps }, options);
    expect(run.reused).toEqual(Object.fromEntries(names.map((name) => [name, !computed.includes(name)])));
    for (const name of names) expect(run.folder(name) === first.folder(name), name).toBe(!computed.includes(name));
  });
});
