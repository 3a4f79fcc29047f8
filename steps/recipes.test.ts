import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRecipe, recipeSchema, type Recipe } from '../protocol/recipe.ts';
import { readyRecipe, recipeNames } from './recipes.ts';
import { stepIds } from './table.ts';

describe('recipes', () => {
  test.each(recipeNames)('%s survives being kept as text', (name) => {
    const recipe = readyRecipe(name);
    expect(parseRecipe(JSON.stringify(recipe, null, 2), 'kept')).toEqual(recipe);
    expect(recipe.steps.every((entry) => stepIds.some((id) => id === entry.step))).toBe(true);
  });

  test('any recipe reads back as it was written, and writing it again gives the same text', () => {
    const params = fc.dictionary(fc.string(), fc.jsonValue().filter((value) => !Object.is(value, -0)));
    const recipe = fc.record({
      truckee: fc.constant(1 as const), name: fc.string({ minLength: 1 }), title: fc.string(), seed: fc.nat(0xffffffff), genes: fc.constantFrom('same' as const, 'inner' as const),
      datasets: fc.oneof(fc.constant('all' as const), fc.array(fc.record({ name: fc.string(), digest: fc.string() }, { requiredKeys: ['name'] }), { minLength: 1, maxLength: 3 })),
      steps: fc.array(fc.record({ step: fc.constantFrom(...stepIds), params, lenient: fc.array(fc.string()) }), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(fc.property(recipe, (made) => {
      const text = JSON.stringify(made);
      const read: Recipe = parseRecipe(text, 'made');
      expect(JSON.stringify(read)).toBe(JSON.stringify(recipeSchema.parse(JSON.parse(text))));
      expect(parseRecipe(JSON.stringify(read), 'again')).toEqual(read);
      expect(read.steps.map((entry) => entry.step)).toEqual(made.steps.map((entry) => entry.step));
    }));
  });

  test.each([
    ['{', 'not JSON'], ['{"truckee":2,"name":"x","steps":[{"step":"qc"}]}', 'truckee'], ['{"truckee":1,"name":"x","steps":[]}', 'steps'],
    ['{"truckee":1,"name":"x","steps":[{"step":"qc","parms":{}}]}', 'steps.0'], ['{"truckee":1,"name":"x","stpes":[],"steps":[{"step":"qc"}]}', 'stpes'],
  ])('refuses %s and says why', (text, reason) => {
    expect(() => parseRecipe(text, 'kept.json')).toThrow(reason);
    expect(() => parseRecipe(text, 'kept.json')).toThrow('kept.json');
  });
});
