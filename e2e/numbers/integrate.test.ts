/** Integration of real data with known shifts, run as users run it; goals and starting figures were measured with numpy. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTrial, scratch, truckee, type Steps } from '../support/truckee.ts';
import { hasSharedData, sharedData } from '../../compute/stores/test-data.ts';
import { makeBatches } from '../support/batches.ts';

const front: Steps = { qc: {}, normalize: { target_sum: 10_000 }, log1p: {}, hvg: {}, pca: { n_comps: 30 } };

interface Quality {
  readonly verdict: string; readonly words: string; readonly use: boolean; readonly way: number; readonly full_mixing: number;
  readonly before: { readonly same_batch: number; readonly same_label: number | null }; readonly after: Quality['before'];
}

async function qualityOf(file: string, params: Readonly<Record<string, unknown>>, before: Steps = front): Promise<Quality> {
  const trial = createTrial();
  await trial.add(file);
  const run = await trial.run({ ...before, integrate: params });
  return run.facts<{ quality: Quality }>('integrate').quality;
}

describe.skipIf(!hasSharedData)('real data (shared data)', () => {
  test('three technologies: at least 55 % of the way to full mixing, cell types kept', async () => {
    const quality = await qualityOf(join(sharedData, 'pbmc-3tech/pbmc_3tech_1200.h5ad'), { batch_key: 'technology' });
    expect(quality.way).toBeGreaterThan(0.55);
    expect(quality.before.same_label! - quality.after.same_label!).toBeLessThan(0.02);
    expect(quality).toMatchObject({ verdict: 'improved', use: true });
  }, 60_000);

  test('two conditions: at least 55 % of the way', async () => {
    const quality = await qualityOf(join(sharedData, 'kang-ifnb/kang_ifnb_2000.h5ad'), { batch_key: 'condition' });
    expect(quality.way).toBeGreaterThan(0.55);
    expect(quality.before.same_batch).toBeGreaterThan(0.9);
  }, 60_000);

  test('a small effect: parity goes at least half way, guarded may keep the embedding and says why', async () => {
    const file = join(sharedData, 'mixology-5cl/mixology_5cl_3plates.h5ad');
    const before: Steps = { qc: {}, filter: { where: "demuxlet_cls == 'SNG' and cell_number == 1" }, normalize: { target_sum: 10_000 }, log1p: {}, hvg: {}, pca: { n_comps: 30 } };
    const parity = await qualityOf(file, { batch_key: 'batch', accept: 'parity' }, before);
    expect(parity.way).toBeGreaterThan(0.5);
    expect(parity.before.same_label! - parity.after.same_label!).toBeLessThan(0.02);
    const guarded = await qualityOf(file, { batch_key: 'batch' }, before);
    if (!guarded.use) expect(guarded.words).toContain('kept as it was');
  }, 90_000);
});

test('random batches come back unchanged, X_pca stays the default, and neighbours say so', async () => {
  const trial = createTrial();
  await trial.add(await makeBatches(scratch(), 'null', { batches: 3, cells: 240, shift: 0 }));
  const run = await trial.run({ ...front, integrate: { batch_key: 'batch', label_key: 'type' }, neighbors: { use_rep: 'auto' } });
  expect(run.numbers('obsm/X_ot')).toEqual(run.numbers('obsm/X_pca'));
  expect(run.facts('integrate')).toMatchObject({ verdict: 'unchanged', use: false });
  expect(run.facts('neighbors')).toMatchObject({ params: { use_rep: 'X_pca' } });
}, 60_000);

test('a shift between batches is taken out, cell types stay, and equal commands give equal bytes', async () => {
  const trial = createTrial();
  await trial.add(await makeBatches(scratch(), 'shifted', { batches: 3, cells: 600, shift: 5 }));
  const steps: Steps = { ...front, integrate: { batch_key: 'batch', label_key: 'type', n_centroids_per_batch: 64 }, neighbors: { use_rep: 'auto' } };
  const run = await trial.run(steps);
  const { quality, metrics } = run.facts<{ quality: Quality; metrics: Readonly<Record<string, number>> }>('integrate');
  expect(quality).toMatchObject({ verdict: 'improved', use: true });
  expect(quality.before.same_label! - quality.after.same_label!).toBeLessThan(0.02);
  expect(metrics['n_centroids']).toBe(192);
  expect(run.facts('neighbors')).toMatchObject({ params: { use_rep: 'X_ot' } });
  const log = run.notes.filter((note) => note.startsWith('['));
  expect(log[0]).toMatch(/^\[baseline\] KNN backend=\w+ mix=\d\.\d{4} strain=0\.00000$/);
  expect(log[1]).toMatch(/^\[iter 01\] mix=\d\.\d{3} overlap0=\d\.\d{3} strain=\d\.\d{5} floor~0\.600 J=-?\d\.\d{3} best_it=1$/);
  expect(log.at(-1)).toMatch(/^\[final\] it\*=\d+ mix=\d\.\d{3} overlap0=\d\.\d{3} strain=\d\.\d{5} tw=\d\.\d{3}$/);
  const again = createTrial();
  await again.add(await makeBatches(scratch(), 'shifted', { batches: 3, cells: 600, shift: 5 }));
  const one = await again.run(steps, { workers: 1 });
  expect(one.digests()['integrate/obsm/X_ot/0.0']).toBe(run.digests()['integrate/obsm/X_ot/0.0']);
}, 90_000);

test.each(['harmony', 'mnn'] as const)('%s takes the same shift out, measured by the same panel', async (method) => {
  const trial = createTrial();
  await trial.add(await makeBatches(scratch(), 'shifted', { batches: 3, cells: 450, shift: 5 }));
  const run = await trial.run({ ...front, integrate: { batch_key: 'batch', label_key: 'type', method } });
  const { quality, out_key } = run.facts<{ quality: Quality; out_key: string }>('integrate');
  expect(out_key).toBe(method === 'mnn' ? 'X_mnn' : 'X_pca_harmony');
  expect(run.array(`obsm/${out_key}`).shape).toEqual([450, 30]);
  expect(quality).toMatchObject({ verdict: 'improved', use: true });
  expect(quality.way).toBeGreaterThan(0.4);
}, 60_000);

describe('what it refuses or leaves out, and why', () => {
  test('one batch is skipped, said in words; the slot holds the embedding as it was', async () => {
    const trial = createTrial();
    await trial.add(await makeBatches(scratch(), 'one', { batches: 1, cells: 120, shift: 0 }));
    const run = await trial.run({ ...front, integrate: { batch_key: 'batch' } });
    expect(run.facts('integrate')).toMatchObject({ verdict: 'skipped', use: false, words: expect.stringContaining('Skipped, because batch has only one value') as string });
    expect(run.numbers('obsm/X_ot')).toEqual(run.numbers('obsm/X_pca'));
  }, 60_000);

  test('a batch of one cell, and batches that share no cell type, go through with a warning', async () => {
    const trial = createTrial();
    await trial.add(await makeBatches(scratch(), 'odd', { batches: 3, cells: 241, shift: 2, batchOf: (i) => (i === 240 ? 2 : i % 2), typeOf: (_, batch) => (batch === 0 ? 0 : 1) }));
    const run = await trial.run({ ...front, integrate: { batch_key: 'batch', label_key: 'type', confirm_confounded: ['type'] } });
    expect(run.notes).toContain('b2 has a single cell: it is its own centroid');
    expect(run.notes.some((note) => note.startsWith('b0 shares no label with any other batch'))).toBe(true);
    expect([...run.numbers('obsm/X_ot')].every(Number.isFinite)).toBe(true);
  }, 60_000);

  test('a dose that the batch determines must be confirmed, and the confirmation is recorded', async () => {
    const trial = createTrial();
    const dose = ({ batch }: { batch: number }): string => (batch === 0 ? '0.05' : '5.0');
    await trial.add(await makeBatches(scratch(), 'dosed', { batches: 3, cells: 240, shift: 2, obs: { dose } }));
    const params = { batch_key: 'batch', label_key: 'type' };
    const error = await trial.fails({ ...front, integrate: params });
    expect(error).toMatchObject({ kind: 'confounded', facts: { batch: 'batch', confirm: ['dose'], columns: [{ column: 'dose', words: 'batch determines dose', cramersV: expect.closeTo(1, 9) as number }] } });
    const run = await trial.run({ ...front, integrate: { ...params, confirm_confounded: ['dose'] } });
    expect(run.provenance('integrate').outcome).toMatchObject({ confirmed: ['dose'] });
  }, 90_000);

  test('cells without a batch, and a column that is not there', async () => {
    const trial = createTrial();
    await trial.add(await makeBatches(scratch(), 'gaps', { batches: 2, cells: 120, shift: 0, obs: { lane: ({ index }) => (index % 10 === 0 ? null : `l${index % 2}`) } }));
    expect(await trial.fails({ ...front, integrate: { batch_key: 'lane' } })).toMatchObject({ kind: 'bad-batches', facts: { column: 'lane', reason: '12 of 120 cells have no value in it' } });
    expect(await trial.fails({ ...front, integrate: { batch_key: 'plat' } })).toMatchObject({ kind: 'unknown-column', facts: { column: 'plat' } });
    expect(await trial.fails({ qc: {}, integrate: { batch_key: 'lane' } })).toMatchObject({ kind: 'missing-input', facts: { slot: 'obsm/X_pca', remedyStep: 'pca' } });
  }, 90_000);
});

test('compare puts two methods side by side, each with its figures', async () => {
  const trial = createTrial();
  await trial.add(await makeBatches(scratch(), 'shifted', { batches: 2, cells: 300, shift: 5 }));
  const folders: string[] = [];
  for (const method of ['ot', 'mnn']) folders.push((await trial.run({ ...front, integrate: { batch_key: 'batch', label_key: 'type', method } })).folder('integrate'));
  const { last } = await truckee(['compare', folders[0]!, 'latest', '--workspace', trial.workspace]);
  expect(last).toMatchObject({ ok: true, methods: ['ot', 'mnn'], results: folders });
  const figures = new Map((last['figures'] as { name: string; a: number; b: number }[]).map((row) => [row.name, row]));
  expect(figures.get('mix before')!.a).toBe(figures.get('mix before')!.b);
  expect(figures.get('mix after')!.a).toBeGreaterThan(figures.get('mix before')!.a);
  const { last: refused } = await truckee(['compare', 'latest', 'nothing', '--workspace', trial.workspace]);
  expect(refused).toMatchObject({ ok: false, error: { kind: 'not-found', facts: { what: 'integration' } } });
}, 60_000);

test('looking into the nearest lists of centroids only: the share found is reported, the cells go nearly where exact search takes them', async () => {
  const trial = createTrial();
  await trial.add(await makeBatches(scratch(), 'shifted', { batches: 2, cells: 1100, shift: 5 }));
  const params = { batch_key: 'batch', label_key: 'type', eval_cells: 300 };
  const exact = await trial.run({ ...front, integrate: params });
  const lists = await trial.run({ ...front, integrate: { ...params, interp_search: 'ivf' } });
  expect(lists.provenance('integrate').outcome['interp_recall']).toBeGreaterThan(0.9);
  const [a, b, start] = [exact.numbers('obsm/X_ot'), lists.numbers('obsm/X_ot'), exact.numbers('obsm/X_pca')];
  const length = (x: Float64Array, y: Float64Array): number => Math.hypot(...x.map((value, i) => value - y[i]!));
  expect(length(a, b)).toBeLessThan(0.02 * length(a, start));
}, 60_000);

test('an embedding that a file brings along is integrated as one that was computed', async () => {
  const trial = createTrial();
  await trial.add(await makeBatches(scratch(), 'shifted', { batches: 3, cells: 600, shift: 5 }));
  const params = { batch_key: 'batch', label_key: 'type', n_centroids_per_batch: 64, eval_cells: 300 };
  const computed = await trial.run({ ...front, integrate: params });
  const exported = join(trial.folder, 'exported.h5ad');
  expect((await truckee(['export', computed.id, '--h5ad', exported, '--workspace', trial.workspace])).last['ok']).toBe(true);
  const other = createTrial();
  await other.add(exported);
  const stored = await other.run({ integrate: params });
  expect(stored.numbers('obsm/X_ot')).toEqual(computed.numbers('obsm/X_ot'));
  expect((await other.fails({ integrate: { ...params, obsm_key: 'X_none' } })).kind).toBe('missing-input');
  const some = await other.run({ filter: { where: "type != 't0'" }, integrate: params });
  expect(some.array('obsm/X_ot').shape[0]).toBeLessThan(600);
}, 90_000);

test('transport of raw cells above a limit is refused, with the cost that grows with the square', async () => {
  const trial = createTrial();
  const made = await truckee(['generate', trial.folder, '--plates', '1', '--cells', '50100', '--genes', '100', '--lines', '2', '--workspace', trial.workspace]);
  await trial.add(...(made.last['files'] as string[]));
  const steps: Steps = { qc: {}, normalize: {}, log1p: {}, hvg: { n_top_genes: 50 }, pca: { n_comps: 5 }, integrate: { batch_key: 'sublibrary', level: 'cells' } };
  const error = await trial.fails(steps);
  expect(error).toMatchObject({ kind: 'quadratic-cost', facts: { step: 'integrate', cells: 50_100, limit: 50_000 } });
  expect(error.message).toMatch(/square/);
}, 60_000);
