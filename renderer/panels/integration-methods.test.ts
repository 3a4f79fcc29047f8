import { expect, test } from 'vitest';
import { parseRecipe } from '../../protocol/recipe.ts';
import { figureRows, limitsOf, methodWords, sameQuestion, wasMeasured, withMethod } from './integration-methods.ts';

const before = { mix: 0.2, same_batch: 0.9, iLISI: 1.1, same_label: null, controls: { mix: 0.1, separation: 0.5 } };
const of = (method: string, after: object, more: object = {}) => ({
  params: { obsm_key: 'X_pca', batch_key: 'plate', label_key: null, method, ...more }, outcome: { use: 'X', quality: { before, after, way: 0.5, ceiling: 1.1, full_mixing: 0.3 } },
});
const [ot, harmony] = [of('ot', { mix: 0.9, same_batch: 0.5, controls: null }), of('harmony', { mix: 0.8, same_batch: 0.6, iLISI: 1.7 })];
const unmeasured = { params: harmony.params, outcome: { use: 'X_pca', quality: null } };

test('integrations belong together when the same batches of the same cells looked the same before', () => {
  expect(sameQuestion(ot, harmony)).toBe(true);
  expect(sameQuestion(ot, of('harmony', {}, { batch_key: 'sample' }))).toBe(false);
  expect(sameQuestion(ot, { ...harmony, outcome: { quality: { before: { ...before, mix: 0.2000001 }, after: {} } } })).toBe(false);
  expect(sameQuestion(ot, unmeasured)).toBe(false);
  expect([wasMeasured(ot), wasMeasured(unmeasured)]).toEqual([true, false]);
});

test('each figure is a row with a value before and one for each method; what none has is left out', () => {
  const rows = figureRows([ot, harmony, unmeasured]);
  expect(rows.find((row) => row.words === 'iLISI')).toEqual({ words: 'iLISI', before: 1.1, values: [null, 1.7, null] });
  expect(rows.find((row) => row.words === 'neighbours of the same batch')).toEqual({ words: 'neighbours of the same batch', before: 0.9, values: [0.5, 0.6, null] });
  expect(rows.find((row) => row.words === 'share of the way to full mixing')!.values).toEqual([0.5, 0.5, null]);
  expect(rows.some((row) => row.words.includes('label') || row.words.includes('controls'))).toBe(false);
  expect([limitsOf(ot), limitsOf(unmeasured)]).toEqual([{ ceiling: 1.1, fullMixing: 0.3 }, { ceiling: null, fullMixing: null }]);
});

test('another method keeps everything of the recipe but the name that was given to the result', () => {
  const recipe = parseRecipe(JSON.stringify({ truckee: 1, name: 'r', seed: 3, steps: [{ step: 'pca' }, { step: 'integrate', params: { method: 'ot', batch_key: 'plate', out_key: 'X_mine' } }] }), 'test');
  const changed = withMethod(recipe, 'harmony');
  expect(changed.steps.map(({ step, params }) => [step, params])).toEqual([['pca', {}], ['integrate', { method: 'harmony', batch_key: 'plate' }]]);
  expect(changed.seed).toBe(3);
  expect([methodWords(ot), methodWords(of('ot', {}, { accept: 'parity' })), methodWords(harmony)]).toEqual(['Optimal transport', 'Optimal transport, as published', 'Harmony']);
});
