/** Integration as users run it: real data with known shifts (goals and starting figures were measured with numpy), made data, bad data. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../compute/random/random.ts';
import { createTrial, scratch, truckee, type Steps, type Trial } from '../support/truckee.ts';
import { hasSharedData, sharedData } from '../../compute/stores/test-data.ts';
import { makeBatches, type Cell } from '../support/batches.ts';

const front: Steps = { qc: {}, normalize: { target_sum: 10_000 }, log1p: {}, hvg: {}, pca: { n_comps: 30 } };

interface Side { readonly same_batch: number; readonly same_label: number | null; readonly mix: number }
interface Quality { readonly verdict: string; readonly words: string; readonly use: boolean; readonly way: number; readonly full_mixing: number; readonly before: Side; readonly after: Side }

describe.skipIf(!hasSharedData)('real data (shared data)', () => {
  async function qualitiesOf(file: string, before: Steps, ...ways: readonly Readonly<Record<string, unknown>>[]): Promise<Quality[]> {
    const trial = createTrial();
    await trial.add(join(sharedData, file));
    const found: Quality[] = [];
    for (const params of ways) found.push((await trial.run({ ...before, integrate: params })).facts<{ quality: Quality }>('integrate').quality);
    return found;
  }

  test('three technologies: at least 55 % of the way to full mixing, cell types kept', async () => {
    const [quality] = await qualitiesOf('pbmc-3tech/pbmc_3tech_1200.h5ad', front, { batch_key: 'technology' });
    expect(quality!.way).toBeGreaterThan(0.55);
    expect(quality!.before.same_label! - quality!.after.same_label!).toBeLessThan(0.02);
    expect(quality).toMatchObject({ verdict: 'improved', use: true });
  });

  test('two conditions: at least 55 % of the way, cell types kept', async () => {
    const [quality] = await qualitiesOf('kang-ifnb/kang_ifnb_2000.h5ad', front, { batch_key: 'condition' });
    expect(quality!.way).toBeGreaterThan(0.55);
    expect(quality!.before.same_batch).toBeGreaterThan(0.9);
    if (quality!.before.same_label !== null) expect(quality!.before.same_label - quality!.after.same_label!).toBeLessThan(0.02);
  });

  test('a small effect: parity goes at least half way, guarded may keep the embedding and says why', async () => {
    const before: Steps = { qc: {}, filter: { where: "demuxlet_cls == 'SNG' and cell_number == 1" }, normalize: { target_sum: 10_000 }, log1p: {}, hvg: {}, pca: { n_comps: 30 } };
    const [parity, guarded] = await qualitiesOf('mixology-5cl/mixology_5cl_3plates.h5ad', before, { batch_key: 'batch', accept: 'parity' }, { batch_key: 'batch' });
    expect(parity!.way).toBeGreaterThan(0.5);
    expect(parity!.before.same_label! - parity!.after.same_label!).toBeLessThan(0.02);
    if (!guarded!.use) expect(guarded!.words).toContain('kept as it was');
  });
});

describe('three batches that a shift parts', () => {
  const params = { batch_key: 'batch', label_key: 'type', n_centroids_per_batch: 64, eval_cells: 300 };
  let trial: Trial;
  beforeAll(async () => {
    trial = createTrial();
    const chance = createRandom(5, 1);
    await trial.add(await makeBatches(scratch(), 'shifted', { batches: 3, cells: 480, shift: 5, obs: { chance: () => `r${chance.below(3)}` } }));
  });

  test('a shift between batches is taken out, cell types stay, and equal commands give equal bytes', async () => {
    const run = await trial.run({ ...front, integrate: params, neighbors: { use_rep: 'auto' } });
    const { quality, metrics } = run.facts<{ quality: Quality; metrics: Readonly<Record<string, number>> }>('integrate');
    expect(quality).toMatchObject({ verdict: 'improved', use: true });
    expect(quality.before.same_label! - quality.after.same_label!).toBeLessThan(0.02);
    expect(metrics['n_centroids']).toBe(192);
    expect(run.facts('neighbors')).toMatchObject({ params: { use_rep: 'X_ot' } });
    const log = run.notes.filter((note) => note.startsWith('['));
    expect(log[0]).toMatch(/^\[baseline\] KNN backend=\w+ mix=\d\.\d{4} strain=0\.00000$/);
    expect(log[1]).toMatch(/^\[iter 01\] mix=\d\.\d{3} overlap0=\d\.\d{3} strain=\d\.\d{5} floor~0\.600 J=-?\d\.\d{3} best_it=1$/);
    expect(log.at(-1)).toMatch(/^\[final\] it\*=\d+ mix=\d\.\d{3} overlap0=\d\.\d{3} strain=\d\.\d{5} tw=\d\.\d{3}$/);
    // Another number of measured cells makes it another result; with another number of workers X_ot must have the same bytes.
    const one = await trial.run({ ...front, integrate: { ...params, eval_cells: 200 } }, { workers: 1 });
    expect(one.reused).toMatchObject({ pca: true, integrate: false });
    expect(one.digests()['integrate/obsm/X_ot/0.0']).toBe(run.digests()['integrate/obsm/X_ot/0.0']);
  });

  test('harmony and mnn take the same shift out, measured by the same panel; compare puts methods side by side', async () => {
    const folders: string[] = [];
    for (const [method, key] of [['harmony', 'X_pca_harmony'], ['mnn', 'X_mnn']] as const) {
      const run = await trial.run({ ...front, integrate: { ...params, method } });
      const { quality, out_key } = run.facts<{ quality: Quality; out_key: string }>('integrate');
      expect(out_key).toBe(key);
      expect(run.array(`obsm/${key}`).shape).toEqual([480, 30]);
      expect(quality).toMatchObject({ verdict: 'improved', use: true });
      expect(quality.way).toBeGreaterThan(0.4);
      folders.push(run.folder('integrate'));
    }
    const { last } = await truckee(['compare', folders[0]!, 'latest', '--workspace', trial.workspace]);
    expect(last).toMatchObject({ ok: true, methods: ['harmony', 'mnn'], results: folders });
    const figures = new Map((last['figures'] as { name: string; a: number; b: number }[]).map((row) => [row.name, row]));
    expect(figures.get('mix before')!.a).toBe(figures.get('mix before')!.b);
    expect(figures.get('mix after')!.a).toBeGreaterThan(figures.get('mix before')!.a);
    const { last: refused } = await truckee(['compare', 'latest', 'nothing', '--workspace', trial.workspace]);
    expect(refused).toMatchObject({ ok: false, error: { kind: 'not-found', facts: { what: 'integration' } } });
  });

  test('random batches come back unchanged, X_pca stays the default, and neighbours say so', async () => {
    const run = await trial.run({ ...front, integrate: { ...params, batch_key: 'chance' }, neighbors: { use_rep: 'auto' } });
    expect(run.numbers('obsm/X_ot')).toEqual(run.numbers('obsm/X_pca'));
    expect(run.facts('integrate')).toMatchObject({ verdict: 'unchanged', use: false, words: expect.stringMatching(/^No improvement: the batches are mixed already/) as string });
    expect(run.facts('neighbors')).toMatchObject({ params: { use_rep: 'X_pca' } });
  });

  test('an embedding that a file brings along is integrated as one that was computed', async () => {
    const computed = await trial.run({ ...front, integrate: params });
    expect(computed.reused['integrate']).toBe(true);
    const exported = join(trial.folder, 'exported.h5ad');
    expect((await truckee(['export', computed.id, '--h5ad', exported, '--workspace', trial.workspace])).last['ok']).toBe(true);
    const other = createTrial();
    await other.add(exported);
    const stored = await other.run({ integrate: params });
    expect(stored.numbers('obsm/X_ot')).toEqual(computed.numbers('obsm/X_ot'));
    const some = await other.run({ filter: { where: "type != 't0'" }, integrate: params });
    expect(some.array('obsm/X_ot').shape[0]).toBeLessThan(480);
  });
});

/** An embedding of three types and as many batches, `dims` wide. */
function cloud(dims: number, seed: number): (cell: Cell) => number[] {
  const random = createRandom(seed, 2);
  return ({ type, batch }) => Array.from({ length: dims }, (_, d) => (d % 3 === type ? 8 : 0) + (d % 4 === batch ? 2 : 0) + random.normal());
}

describe('what it refuses or leaves out, and why', () => {
  let trial: Trial;
  const small = { obsm_key: 'X_cloud', label_key: 'type', eval_cells: 200, max_iter: 2 };
  const run = (params: Readonly<Record<string, unknown>>) => trial.run({ integrate: { ...small, ...params } });
  const fails = (params: Readonly<Record<string, unknown>>) => trial.fails({ integrate: { ...small, ...params } });
  beforeAll(async () => {
    trial = createTrial();
    const [usual, flat, spoilt] = [cloud(6, 1), cloud(6, 2), cloud(6, 3)];
    await trial.add(await makeBatches(scratch(), 'odd', {
      batches: 3, cells: 241, shift: 0, genes: 20,
      obs: {
        only: () => 'o', lone: ({ index }) => (index === 240 ? 'l9' : `l${index % 2}`), apart: ({ type }) => (type === 0 ? 'a0' : 'a1'), dose: ({ batch }) => (batch === 0 ? '0.05' : '5.0'),
        lane: ({ index }) => (index % 10 === 0 ? null : `l${Math.floor(index / 7) % 2}`),
      },
      obsm: {
        X_cloud: usual, X_flat: (cell) => flat(cell).map((value, d) => (d === 2 ? 7 : value)), X_same: () => [1, 2, 3],
        X_nan: (cell) => spoilt(cell).map((value, d) => (cell.index === 17 && d === 4 ? Number.NaN : value)),
      },
    }));
  });

  test('one batch is skipped, said in words; the slot holds the embedding as it was', async () => {
    const done = await run({ batch_key: 'only' });
    expect(done.facts('integrate')).toMatchObject({ verdict: 'skipped', use: false, words: expect.stringContaining('Skipped, because only has only one value') as string });
    expect(done.array('obsm/X_ot').shape).toEqual([241, 6]);
  });

  test('a batch of one cell is its own centroid', async () => {
    const done = await run({ batch_key: 'lone' });
    expect(done.notes).toContain('l9 has a single cell: it is its own centroid');
    expect([...done.numbers('obsm/X_ot')].every(Number.isFinite)).toBe(true);
  });

  test('batches that share no cell type must be confirmed, and go through with a warning', async () => {
    const done = await run({ batch_key: 'apart', confirm_confounded: ['type'] });
    expect(done.notes.some((note) => note.startsWith('a0 shares no label with any other batch'))).toBe(true);
    expect([...done.numbers('obsm/X_ot')].every(Number.isFinite)).toBe(true);
  });

  test('a dose that the batch determines must be confirmed, and the confirmation is recorded', async () => {
    const error = await fails({ batch_key: 'batch' });
    expect(error).toMatchObject({ kind: 'confounded', facts: { batch: 'batch', confirm: ['dose'], columns: [{ column: 'dose', words: 'batch determines dose', cramersV: expect.closeTo(1, 9) as number }] } });
    const done = await run({ batch_key: 'batch', confirm_confounded: ['dose'] });
    expect(done.provenance('integrate').outcome).toMatchObject({ confirmed: ['dose'] });
    expect(done.notes.some((note) => /batch determines dose .*: mixing batch removes it \(confirmed\)/.test(note))).toBe(true);
  });

  test('a component that is the same in every cell stays as it is; so does an embedding of one point', async () => {
    const confirm_confounded = ['dose'];
    const flat = (await run({ batch_key: 'batch', obsm_key: 'X_flat', accept: 'parity', confirm_confounded })).numbers('obsm/X_ot');
    expect(flat.filter((_, at) => at % 6 === 2).every((value) => Math.abs(value - 7) < 1e-4)).toBe(true);
    expect(flat.every(Number.isFinite)).toBe(true);
    const same = await run({ batch_key: 'batch', obsm_key: 'X_same', confirm_confounded });
    expect(same.numbers('obsm/X_ot').every((value, at) => value === 1 + (at % 3))).toBe(true);
    expect(same.facts('integrate')).toMatchObject({ use: false });
  });

  test('a NaN in the embedding, cells without a batch, columns and embeddings that are not there', async () => {
    expect(await fails({ batch_key: 'lone', obsm_key: 'X_nan' })).toMatchObject({ kind: 'bad-embedding', facts: { slot: 'obsm/X_nan', row: 17, component: 4, problem: 'nan' } });
    expect(await fails({ batch_key: 'lane' })).toMatchObject({ kind: 'bad-batches', facts: { column: 'lane', reason: '25 of 241 cells have no value in it' } });
    expect(await fails({ batch_key: 'plat' })).toMatchObject({ kind: 'unknown-column', facts: { column: 'plat' } });
    expect(await fails({ batch_key: 'lone', obsm_key: 'X_none' })).toMatchObject({ kind: 'missing-input' });
    expect(await trial.fails({ qc: {}, integrate: { batch_key: 'lone' } })).toMatchObject({ kind: 'missing-input', facts: { slot: 'obsm/X_pca', remedyStep: 'pca' } });
  });
});

describe('many cells', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = createTrial();
    await trial.add(await makeBatches(scratch(), 'many', { batches: 3, cells: 50_100, shift: 0, genes: 1, obsm: { X_cloud: cloud(3, 4) } }));
  });
  const params = { batch_key: 'batch', obsm_key: 'X_cloud' };

  test('transport of raw cells above a limit is refused, with the cost that grows with the square', async () => {
    const error = await trial.fails({ integrate: { ...params, level: 'cells' } });
    expect(error).toMatchObject({ kind: 'quadratic-cost', facts: { step: 'integrate', cells: 50_100, limit: 50_000 } });
    expect(error.message).toMatch(/square/);
  });

  test('looking into the nearest lists of centroids only: the share of nearest centroids found is reported', async () => {
    const lists = await trial.run({ integrate: { ...params, n_centroids_per_batch: 400, max_samples_per_batch: 2000, max_iter: 1, eval_cells: 100, trust_subsample: 100, interp_search: 'ivf' } });
    expect(lists.provenance('integrate').outcome['interp_recall']).toBeGreaterThan(0.9);
    expect(lists.notes.some((note) => /^ivf finds \d+\.\d\d % of the nearest centroids \(1000 cells, 16 of \d+ lists\)$/.test(note))).toBe(true);
  });
});
