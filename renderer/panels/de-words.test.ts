import { expect, test } from 'vitest';
import { conditionOf, conditionWords, leadingCondition, shownStrata, stratumWords, type DeStratum } from './de-words.ts';

const condition = (drug: string, dose: number | null, significant: number) => ({ target: `[('${drug}', ${dose}, 'uM')]`, drug, dose, cells: 20, referenceCells: 30, depth: 1000, wells: null, significant });
const stratum = (name: string, conditions: ReturnType<typeof condition>[]): DeStratum => ({ name, cells: 100, referenceCells: 30, referenceDepth: 900, targetSum: 1000, conditions, skipped: [] });

test('strata without a comparison are not shown, the strongest comes first', () => {
  const strata = [stratum('a', [condition('x', 1, 2)]), stratum('b', []), stratum('c', [condition('x', 1, 9), condition('y', 1, 1)])];
  expect(shownStrata({ strata }).map((one) => one.name)).toEqual(['c', 'a']);
});

test('a drug keeps its dose where the stratum has it, else the highest there is', () => {
  const one = stratum('a', [condition('x', 0.05, 0), condition('x', 5, 3), condition('y', 0.5, 1)]);
  expect(conditionOf(one, 'x', 0.05)?.dose).toBe(0.05);
  expect(conditionOf(one, 'x', 0.5)?.dose).toBe(5);
  expect(conditionOf(one, 'z', null)).toBeNull();
  expect(leadingCondition(one).significant).toBe(3);
  expect(conditionWords(one.conditions[0]!)).toBe('x, 0.05 µM');
  expect(conditionWords({ drug: 'two choices', dose: null, target: 'target' })).toBe('target');
});

test('the plate is said once where the data set carries its name', () => {
  expect(['plate2_demo · CVCL_0023 · plate2', 'mine · CVCL_0023 · plate2', 'plate2 · CVCL_0023', 'plate2 · CVCL_0023 · plate2 · day 3'].map(stratumWords))
    .toEqual(['plate2_demo · CVCL_0023', 'mine · CVCL_0023 · plate2', 'plate2 · CVCL_0023', 'plate2 · CVCL_0023 · plate2 · day 3']);
});
