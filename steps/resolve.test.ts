import { describe, expect, test } from 'vitest';
import { TruckeeError } from '../protocol/errors.ts';
import type { InputFacts, PlateFacts } from '../protocol/matrix.ts';
import type { Hardware } from '../protocol/plan.ts';
import { recipeSchema, type Recipe } from '../protocol/recipe.ts';
import { readyRecipe } from './recipes.ts';
import { resolveRecipe, type ResolvedStep } from './resolve.ts';

const hardware: Hardware = { cores: 2, workers: 2, memoryBytes: 2 ** 31, diskFreeBytes: 1e12 };

function plate(name: string, columns: readonly string[] = [], nVars = 2500): PlateFacts {
  return {
    name, path: `/data/${name}.h5ad`, nObs: 20_000, nVars, obsColumns: columns, demo: false,
    matrix: { slot: 'X', kind: 'csr_matrix', dtype: 'float32', chunks: [65_536], filter: 'gzip', shuffle: false, nObs: 20_000, nVars, stored: 2e7, storedBytes: 3e7 },
  };
}

function facts(...plates: PlateFacts[]): InputFacts {
  return {
    plates, nObs: plates.reduce((n, p) => n + p.nObs, 0), nVars: Math.max(...plates.map((p) => p.nVars)), stored: plates.reduce((n, p) => n + p.matrix.stored, 0),
  };
}

function recipe(...steps: (string | { step: string; params?: Record<string, unknown>; lenient?: string[] })[]): Recipe {
  return recipeSchema.parse({ truckee: 1, name: 'mine', steps: steps.map((step) => (typeof step === 'string' ? { step } : step)) });
}

const resolve = (r: Recipe, input = facts(plate('a'))) => resolveRecipe(r, input, hardware);

function errorOf(run: () => unknown): { kind: string; facts: Record<string, unknown>; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof TruckeeError) return { kind: error.data.kind, facts: { ...error.data.facts }, message: error.data.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

const find = (steps: readonly ResolvedStep[], id: string): ResolvedStep => steps.find((step) => step.id === id)!;

describe('words that mean nothing', () => {
  test('an unknown step names near ones', () => {
    expect(errorOf(() => resolve(recipe('qc', 'normalise')))).toMatchObject({ kind: 'unknown-step', facts: { step: 'normalise', near: ['normalize'] } });
  });

  test('an unknown parameter names near ones', () => {
    const error = errorOf(() => resolve(recipe({ step: 'qc', params: { mito_prefx: 'mt-' } })));
    expect(error).toMatchObject({ kind: 'unknown-parameter', facts: { step: 'qc', parameter: 'mito_prefx' } });
    expect(error.facts['near']).toContain('mito_prefix');
  });

  test.each([
    ['pca', { n_comps: 0 }, 'n_comps'], ['pca', { n_comps: 2.5 }, 'n_comps'], ['hvg', { flavor: 'cell_ranger' }, 'flavor'],
    ['filter', { max_pct_mt: 101 }, 'max_pct_mt'], ['qc', { percent_top: [10, 0] }, 'percent_top'], ['qc', { chunk_rows: 0 }, 'chunk_rows'],
  ])('%s refuses %j', (step, params, parameter) => {
    expect(errorOf(() => resolve(recipe({ step, params })))).toMatchObject({ kind: 'invalid-parameter', facts: { step, parameter, value: JSON.stringify(Object.values(params)[0]) } });
  });

  test('an unknown column names the plate that lacks it and near columns, computed ones too', () => {
    const input = facts(plate('a', ['cell_line', 'dose']), plate('b', ['cell_type', 'dose']));
    const error = errorOf(() => resolve(recipe('qc', { step: 'filter', params: { where: "dose > 1 and cell_line == 'A549'" } }), input));
    expect(error).toMatchObject({ kind: 'unknown-column', facts: { column: 'cell_line', where: 'b' } });
    const computed = errorOf(() => resolve(recipe('qc', { step: 'filter', params: { where: 'total_count > 5' } }), input));
    expect(computed.facts['near']).toContain('total_counts');
  });

  test('a level that was asked for needs its column', () => {
    expect(errorOf(() => resolve(recipe('qc', { step: 'filter', params: { level: 'full' } })))).toMatchObject({ kind: 'unknown-column', facts: { column: 'pass_filter' } });
  });

  test('an expression that cannot be read says where', () => {
    expect(errorOf(() => resolve(recipe('qc', { step: 'filter', params: { where: 'total_counts = 3' } })))).toMatchObject({ kind: 'bad-expression', facts: { position: 13 } });
  });
});

describe('order', () => {
  test.each([
    [['log1p'], 'X:normalized', 'normalize'], [['normalize', 'hvg'], 'X:lognorm', 'log1p'], [['neighbors'], 'obsm/X_pca', 'pca'],
    [['leiden'], 'obsp/connectivities', 'neighbors'],
  ])('%j lacks %s, which %s makes', (steps, slot, remedyStep) => {
    expect(errorOf(() => resolve(recipe(...steps)))).toMatchObject({ kind: 'missing-input', facts: { step: steps.at(-1), slot, remedyStep } });
  });

  test('a limit on a metric needs qc', () => {
    expect(errorOf(() => resolve(recipe({ step: 'filter', params: { min_genes: 5 } })))).toMatchObject({ kind: 'missing-input', facts: { slot: 'obs/n_genes_by_counts', remedyStep: 'qc' } });
  });

  test('a step comes once', () => {
    const error = errorOf(() => resolve(recipe('qc', { step: 'filter', params: { min_genes: 5 } }, { step: 'filter', params: { max_genes: 50 } })));
    expect(error).toMatchObject({ kind: 'bad-recipe', facts: { source: 'mine' } });
    expect(error.message).toContain('filter comes twice');
  });

  test.each([
    ['filter', ['normalize', 'log1p', 'pca', 'filter'], 'pca'], ['filter', ['subset', 'filter'], 'subset'],
    ['subset', ['normalize', 'log1p', 'pca', 'neighbors', 'subset'], 'neighbors'],
  ])('%s in %j comes too late', (step, steps, after) => {
    const error = errorOf(() => resolve(recipe(...steps)));
    expect(error.kind).toBe('bad-recipe');
    expect(error.message).toContain(`${step} must come before ${after}`);
  });
});

describe('the ready recipe', () => {
  test('without pass_filter it keeps all levels and says so', () => {
    const { steps, notes } = resolve(readyRecipe('pca-umap'));
    expect(find(steps, 'filter').params['level']).toBeNull();
    expect(notes).toContainEqual(expect.stringContaining("no obs column 'pass_filter'"));
  });

  test('with pass_filter in every plate it keeps the strict level; in some only, it falls away', () => {
    const all = resolve(readyRecipe('pca-umap'), facts(plate('a', ['pass_filter']), plate('b', ['pass_filter'])));
    expect(find(all.steps, 'filter').params['level']).toBe('full');
    expect(all.notes.join()).not.toContain('pass_filter');
    const some = resolve(readyRecipe('pca-umap'), facts(plate('a', ['pass_filter']), plate('b')));
    expect(find(some.steps, 'filter').params['level']).toBeNull();
  });

  test('choices become numbers', () => {
    const { steps } = resolve(readyRecipe('pca-umap'), facts(plate('a'), plate('b'), plate('c'), plate('d')));
    expect(find(steps, 'hvg').params['min_plates']).toBe(2);
    expect(find(steps, 'subset').params['n']).toBe(80_000);
    expect(find(steps, 'neighbors').params['method']).toBe('approximate');
    expect(find(steps, 'umap').params['n_epochs']).toBe(200);
    const two = resolve(readyRecipe('pca-umap'), facts(plate('a'), plate('b')));
    expect(find(two.steps, 'hvg').params['min_plates']).toBe(1);
    expect(find(resolve(readyRecipe('pca-umap')).steps, 'hvg').params['min_plates']).toBe(0);
  });

  test('shares in the top N are left out where a plate has fewer genes', () => {
    const { steps } = resolve(recipe({ step: 'qc', params: { percent_top: [500, 50, 50, 200] } }), facts(plate('a'), plate('b', [], 300)));
    expect(find(steps, 'qc').params['percent_top']).toEqual([50, 200]);
    expect(find(steps, 'qc').writes).not.toContain('obs/pct_counts_in_top_500_genes');
  });

  test('depends on what it reads and uses, not on what merely came before', () => {
    const { steps } = resolve(readyRecipe('pca-umap'));
    const dependencies = Object.fromEntries(steps.map((step) => [step.id, step.dependsOn.map((at) => steps[at]!.id)]));
    expect(dependencies).toEqual({
      qc: [], filter: [], normalize: ['filter'], log1p: ['normalize'], hvg: ['filter', 'log1p'], pca: ['filter', 'log1p', 'hvg'],
      subset: ['filter'], neighbors: ['pca', 'subset'], umap: ['neighbors'], leiden: ['neighbors'],
    });
  });
});

test('a filter depends on qc when it looks at a metric, and on a file column when qc has not written it', () => {
  const input = facts(plate('a', ['pct_counts_mt', 'dose']));
  const where = { step: 'filter', params: { where: 'pct_counts_mt < 5 and dose > 0' } };
  expect(find(resolve(recipe('qc', where), input).steps, 'filter').dependsOn).toEqual([0]);
  expect(find(resolve(recipe(where), input).steps, 'filter').dependsOn).toEqual([]);
});

test('how a step runs is no parameter of its result', () => {
  const { steps } = resolve(recipe({ step: 'qc', params: { chunk_rows: 100, workers: 1 } }));
  expect(steps[0]!.params).not.toHaveProperty('chunk_rows');
  expect(steps[0]!.how).toEqual({ chunk_rows: 100, workers: 1 });
  expect(steps[0]!.plan).toMatchObject({ chunkRows: 100, workers: 1 });
});

test('what computes is chosen for the run and for a step; the GPU is refused where there are no kernels for it', () => {
  expect(resolve({ ...recipe('qc'), device: 'cpu' }).steps[0]!.how).toEqual({ chunk_rows: null, workers: null });
  expect(errorOf(() => resolve({ ...recipe('qc'), device: 'gpu' }))).toMatchObject({ kind: 'invalid-parameter', facts: { step: 'qc', parameter: 'device' } });
  // A step that chooses for itself is not asked about the run's wish, and the other way round.
  expect(resolve({ ...recipe({ step: 'qc', params: { device: 'cpu' } }), device: 'gpu' }).steps).toHaveLength(1);
  expect(errorOf(() => resolve(recipe('qc', { step: 'filter', params: { device: 'gpu' } })))).toMatchObject({ facts: { step: 'filter' } });
  expect(errorOf(() => resolve(recipe({ step: 'qc', params: { device: 'abacus' } })))).toMatchObject({ kind: 'invalid-parameter' });
});
