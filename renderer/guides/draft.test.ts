import { describe, expect, test } from 'vitest';
import { readyRecipe } from '../../steps/recipes.ts';
import { changesIn, draftOf, recipeOf, withParameter } from './draft.ts';

const ready = readyRecipe('pca-umap');

describe('a draft', () => {
  test('without answers is the ready recipe', () => {
    expect(recipeOf(draftOf(ready))).toEqual(ready);
    expect(changesIn(draftOf(ready))).toBe(0);
  });

  test('carries chosen data and changed parameters, and takes a default again', () => {
    const draft = withParameter({ ...draftOf(ready), datasets: ['plate 1'] }, 'leiden', 'resolution', 0.8);
    expect(recipeOf(draft).datasets).toEqual([{ name: 'plate 1' }]);
    expect(recipeOf(draft).steps.find((step) => step.step === 'leiden')!.params).toEqual({ resolution: 0.8 });
    expect(changesIn(draft)).toBe(1);
    expect(changesIn(withParameter(draft, 'leiden', 'resolution', undefined))).toBe(0);
  });

  test('a parameter the user touched is no longer dropped when its column is missing', () => {
    const filter = (draft: ReturnType<typeof draftOf>) => recipeOf(draft).steps.find((step) => step.step === 'filter')!;
    expect(filter(draftOf(ready)).lenient).toEqual(['level']);
    expect(filter(withParameter(draftOf(ready), 'filter', 'level', 'minimal')).lenient).toEqual([]);
    expect(filter(withParameter(draftOf(ready), 'filter', 'min_genes', 200)).lenient).toEqual(['level']);
  });
});
