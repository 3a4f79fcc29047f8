/** Names and labels: duplicates, Python's way of writing numbers, problems seen in names. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findDuplicates, hashOf } from './duplicate-names.ts';
import { duplicateProblems, geneIdProblems, labelProblems } from './problems.ts';
import { listedFrame, nearNames, numberedFrame } from './tables/frame.ts';
import { numberLabel } from './tables/labels.ts';

const framed = (names: readonly string[]) => listedFrame(names, new Map());

test('names that come more than once are found, and only those', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 300 }), (names) => {
      const repeated = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
      const found = findDuplicates(framed(names));
      expect(found?.count ?? 0).toBe(repeated.length);
      for (const example of found?.examples ?? []) expect(repeated).toContain(example);
    }),
    { seed: 4 },
  );
});

test('hashes of 300,000 names like those of plates all differ, so that few are compared as text', () => {
  const hashes = new Set<number>();
  for (let i = 0; i < 300_000; i++) hashes.add(hashOf(`${String(i % 97).padStart(2, '0')}_${String(i).padStart(6, '0')}-lib_${1000 + (i % 11)}`));
  expect(hashes.size).toBe(300_000);
  expect([...hashes].every(Number.isSafeInteger)).toBe(true);
});

/** Python 3: str(numpy.float64(x)), str(numpy.float32(x)), str(numpy.int64(x)). */
test.each([
  [5, 'int64', '5'], [5, 'float64', '5.0'], [-0, 'float64', '-0.0'], [0.1, 'float64', '0.1'], [1e-5, 'float64', '1e-05'],
  [0.0001, 'float64', '0.0001'], [1e16, 'float64', '1e+16'], [123456789012345, 'float64', '123456789012345.0'], [1.5e-7, 'float64', '1.5e-07'],
  [Math.fround(0.05), 'float32', '0.05'], [Math.fround(1 / 3), 'float32', '0.33333334'], [Math.fround(16777216), 'float32', '16777216.0'],
  [NaN, 'float64', 'nan'], [-Infinity, 'float32', '-inf'],
] as const)('%f as %s is written %s', (value, dtype, text) => {
  expect(numberLabel(value, dtype)).toBe(text);
});

test('duplicates, blanks in labels and identifiers as names are told with examples', () => {
  expect(duplicateProblems('obs', framed(['a', 'b', 'a', 'b', 'c']))).toEqual([
    { kind: 'duplicate-obs-names', where: 'obs', message: "2 obs names occur more than once: 'a', 'b'." },
  ]);
  expect(duplicateProblems('var', framed(['a', 'b']))).toEqual([]);
  const labels = { kind: 'categorical', codes: new Int32Array(0), categories: ['Selinexor ', 'DMSO_TF', ' x'], ordered: false } as const;
  expect(labelProblems('obs', 'drug', labels)[0]?.message).toContain("2 labels begin or end with a blank in obs column 'drug': 'Selinexor ', ' x'.");
  expect(labelProblems('obs', 'drug', { ...labels, categories: ['a b'] })).toEqual([]);
  const ids = ['ENSG00000141510.2', 'ENSMUSG00000059552', 'ENSG00000012048'];
  const symbols = { kind: 'string', values: ['TP53', 'Trp53', 'BRCA1'] } as const;
  expect(geneIdProblems(ids, listedFrame(ids, new Map([['gene_symbols', symbols]])))[0]?.message).toContain("in var column 'gene_symbols'");
  expect(geneIdProblems(ids, framed(ids))[0]?.message).toContain('no column holds symbols');
  expect(geneIdProblems(symbols.values, framed(symbols.values))).toEqual([]);
  expect(geneIdProblems([], numberedFrame(0))).toEqual([]);
});

test('near names help with case, blanks and parts of names', () => {
  const columns = ['cell_line', 'Drug', 'drugname_drugconc', 'plate', 'S_score'];
  expect(nearNames('cell line', columns)).toEqual(['cell_line']);
  expect(nearNames('drug', columns)).toEqual(['Drug', 'drugname_drugconc']);
  expect(nearNames('', columns)).toEqual([]);
});
