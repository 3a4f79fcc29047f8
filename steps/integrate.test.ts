import { describe, expect, test } from 'vitest';
import { readyRecipe } from './recipes.ts';
import { integrate, outKey } from './integrate.ts';

describe('the form of an integration', () => {
  const defaults = integrate.what.parse({});

  test('has the published names and defaults', () => {
    expect(defaults).toMatchObject({ obsm_key: 'X_pca', batch_key: 'plate', n_centroids_per_batch: 2048, max_samples_per_batch: 500_000, chunk_size: 1_000_000, k_interp: 8, accept: 'guarded' });
    expect(outKey(defaults)).toBe('X_ot');
  });

  test('says that fewer centroids and fewer sampled cells are faster', () => {
    for (const name of ['n_centroids_per_batch', 'max_samples_per_batch'] as const) expect(integrate.what.shape[name].meta()?.['help']).toContain('fewer is faster');
  });

  test('the published run has a template of its own: its acceptance, its arithmetic, its 300 components', () => {
    const recipe = readyRecipe('integrate-published');
    expect(recipe.steps.find((one) => one.step === 'integrate')!.params).toMatchObject({ accept: 'parity', ot_kernel: 'plain' });
    expect(recipe.steps.find((one) => one.step === 'pca')!.params).toEqual({ n_comps: 300 });
  });
});
