import { describe, expect, test } from 'vitest';
import { groupPlate, type GroupRules } from './de-groups.ts';
import { isMeant, type Labels } from './de-labels.ts';

const labels = (words: readonly (string | null)[]): Labels => {
  const names = [...new Set(words.filter((word) => word !== null))];
  return { codes: Int32Array.from(words, (word) => (word === null ? -1 : names.indexOf(word))), names };
};
const rules: GroupRules = { reference: 'DMSO_TF', groups: [], minCells: 2, choices: false, rest: false };

describe('cells of a plate in groups', () => {
  const lines = labels(['b', 'b', 'b', 'b', 'b', 'b', 'a', 'a', 'a', 'c', 'c', 'c', 'c', null]);
  const drugs = labels(['DMSO_TF', 'DMSO_TF', 'y', 'y', 'x', null, 'x', 'x', 'x', 'DMSO_TF', 'x', 'x', 'y', 'x']);
  const found = groupPlate(lines, drugs, null, rules);

  test('each stratum has its own reference; conditions go by name; cells without a label take no part', () => {
    expect(found.strata).toEqual([{ labels: ['b'], base: 0, referenceCells: 2, cells: 6, targets: [{ target: 'y', cells: 2, referenceCells: 2 }], skipped: [{ target: 'x', cells: 1, because: 'fewer than 2 cells' }] }]);
    expect([...found.slot]).toEqual([0, 0, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1]);
    expect([...found.slotCells]).toEqual([2, 2]);
  });

  test('a stratum without the reference, or with too little of it, is skipped, because', () => {
    expect(found.skipped).toEqual([
      { labels: ['a'], cells: 3, skipped: [{ target: null, cells: 0, because: 'no cell of the reference DMSO_TF in it' }] },
      { labels: ['c'], cells: 4, skipped: [{ target: null, cells: 1, because: 'the reference has 1 cells, fewer than 2' }] },
    ]);
  });

  test('cells that a filter dropped count nowhere', () => {
    const keep = Uint8Array.from(lines.codes, (_, cell) => Number(cell !== 2));
    expect(groupPlate(lines, drugs, keep, rules).strata).toEqual([]);
  });

  test('only wanted conditions are compared, the reference stays', () => {
    const some = groupPlate(labels(['p', 'p', 'p', 'p', 'p', 'p']), labels(['DMSO_TF', 'DMSO_TF', 'x', 'x', 'y', 'y']), null, { ...rules, groups: ['y'] });
    expect(some.strata[0]!.targets).toEqual([{ target: 'y', cells: 2, referenceCells: 2 }]);
    expect([...some.slot]).toEqual([0, 0, -1, -1, 1, 1]);
  });
});

test.each([
  ['DMSO_TF', true], [' DMSO_TF ', true], ["[('DMSO_TF', 0.0, 'uM')]", true], ["[('Trametinib (DMSO_TF solvate)', 0.05, 'uM')]", false],
  ["[('DMSO_TF', 0.0, 'uM'), ('Alpelisib', 0.5, 'uM')]", false], ['DMSO_TF_2', false],
])('%s is the control: %s', (label, meant) => expect(isMeant(label, 'DMSO_TF')).toBe(meant));
