import { describe, expect, test } from 'vitest';
import { doseKey, ensemblKey, isControl, labelKey, targetNames } from './labels.ts';
import { parseTreatment } from './treatment.ts';

describe('treatments of wells', () => {
  test.each([
    ["[('Infigratinib', 0.05, 'uM')]", [{ drug: 'Infigratinib', dose: 0.05, unit: 'uM' }]],
    ["[('Erdafitinib ', 5.0, 'uM')]", [{ drug: 'Erdafitinib ', dose: 5, unit: 'uM' }]],
    [`[("Drug 'A', (hydrate)", 5e-1, 'uM'), ('B', 1, 'nM')]`, [{ drug: "Drug 'A', (hydrate)", dose: 0.5, unit: 'uM' }, { drug: 'B', dose: 1, unit: 'nM' }]],
    [String.raw`[('it\'s \u03b3', 0.0, 'uM',),]`, [{ drug: "it's γ", dose: 0, unit: 'uM' }]],
    ["[('18β-Glycyrrhetinic acid', 5.0, 'uM')]", [{ drug: '18β-Glycyrrhetinic acid', dose: 5, unit: 'uM' }]],
  ])('reads %s', (text, expected) => expect(parseTreatment(text)).toEqual(expected));

  test.each(['', '[]', 'Infigratinib', "[('A', 1, 'uM')", "[('A', -1, 'uM')]", "[('A', nan, 'uM')]", "[('A', 1)]", "[('A', 1, 'uM')] + x", "[(f(), 1, 'uM')]", "['A', 1, 'uM']", String.raw`[('\q', 1, 'uM')]`])(
    'refuses %s',
    (text) => expect(parseTreatment(text)).toBeNull(),
  );
});

test('labels become keys, and nothing else changes', () => {
  expect(labelKey('Erdafitinib ')).toBe('Erdafitinib');
  expect(labelKey('  a \t b ')).toBe('a b');
  expect(labelKey('venetoclax')).toBe('venetoclax');
  expect(labelKey('gamma\u0301')).toBe('gamm\u00e1'.normalize('NFC'));
  expect(isControl('DMSO_TF')).toBe(true);
  expect(isControl('Trametinib (DMSO_TF solvate)')).toBe(false);
  expect(doseKey(Math.fround(0.05))).toBe(0.05);
  expect(targetNames('BRAF, RAF1')).toEqual(['BRAF', 'RAF1']);
  expect(targetNames('A; B;A')).toEqual(['A', 'B']);
  expect([targetNames(null), targetNames('None'), targetNames('unknown')]).toEqual([[], [], []]);
  expect(ensemblKey('ENSG00000000003.15')).toBe('ENSG00000000003');
});
