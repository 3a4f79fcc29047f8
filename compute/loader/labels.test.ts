import { expect, test } from 'vitest';
import type { Column } from '../stores/index.ts';
import type { LoaderLabel } from './contract.ts';
import { joinLabel, offeredLabels, type LabelledFile } from './labels.ts';

const numbers = (values: readonly number[], integer = true, single = false): Column => ({ kind: 'number', values: Float64Array.from(values), integer, single });
const words = (...values: string[]): Column => ({ kind: 'string', values });
const file = (name: string, cells: number, columns: Readonly<Record<string, Column>>): LabelledFile => ({ name, path: `/${name}.h5ad`, cells, columns: Object.keys(columns), column: (wanted) => columns[wanted]! });
/** Of every cell its category, or null. */
const seen = ({ values, categories }: LoaderLabel): (string | null)[] => Array.from(values, (code) => categories[code] ?? null);

test('numbers under the names of classes are classes, in the order of the numbers; missing ones are none', async () => {
  const plate = await joinLabel([file('a', 3, { plate: numbers([2, 10, 2]) }), file('b', 2, { plate: numbers([1, Number.NaN]) })], 'plate');
  expect(plate).toMatchObject({ kind: 'codes', categories: ['1', '2', '10'] });
  expect(seen(plate)).toEqual(['2', '10', '2', '1', null]);
  const dose = await joinLabel([file('a', 3, { dose: numbers([Math.fround(0.05), 5, Math.fround(0.5)], false, true) }), file('b', 1, { dose: numbers([0.05], false) })], 'dose');
  expect(dose.categories).toEqual(['0.05', '0.5', '5']);
});

test('other columns of few whole numbers are classes too; many values, few cells or fractions are numbers', async () => {
  const of = (cells: number, value: (cell: number) => number, integer = true): Promise<LoaderLabel> => joinLabel([file('a', cells, { day: numbers(Array.from({ length: cells }, (_, cell) => value(cell)), integer) })], 'day');
  expect(await of(60, (cell) => 7 * (cell % 3))).toMatchObject({ kind: 'codes', categories: ['0', '7', '14'] });
  for (const label of [await of(2000, (cell) => cell % 101), await of(20, (cell) => cell % 3), await of(60, (cell) => cell % 3, false), await of(60, () => Number.NaN)]) expect(label.kind).toBe('number');
});

test('a file without a plate, or with one that says nothing, is one plate by its name beside files that have one', async () => {
  const files = [file('ours', 2, { drug: words('x', 'y') }), file('theirs', 2, { plate: words('p1', 'p2') }), file('blank', 1, { plate: numbers([Number.NaN], false) }), file('counted', 2, { plate: numbers([1, 2]) })];
  const plate = await joinLabel(files, 'plate');
  expect(seen(plate)).toEqual(['ours', 'ours', 'p1', 'p2', 'blank', '1', '2']);
  const scores = file('scores', 5000, { plate: numbers(Array.from({ length: 5000 }, (_, cell) => cell / 7), false) });
  expect((await joinLabel([scores], 'plate')).categories).toEqual(['scores']);
});

test('labels that some files lack are not offered, and are refused by name; a dose is told from treatments where not all have one', async () => {
  const treated = "[('A', 0.05, 'uM')]";
  const files = [file('a', 1, { drug: words('x'), dose: words('5 uM'), drugname_drugconc: words(treated) }), file('b', 1, { drugname_drugconc: words(treated) })];
  expect(offeredLabels(files)).toEqual(['drugname_drugconc', 'plate', 'dose']);
  expect(seen(await joinLabel(files, 'dose'))).toEqual(['0.05 uM', '0.05 uM']);
  await expect(joinLabel(files, 'drug')).rejects.toMatchObject({ data: { kind: 'unknown-column', facts: { column: 'drug', where: '/b.h5ad' } } });
});

test('words here and numbers there are joined for classes, and refused for what may be a measurement', async () => {
  const files = (name: string): LabelledFile[] => [file('a', 2, { [name]: words('s1', 's2') }), file('b', 2, { [name]: numbers([3, 4]) })];
  expect(seen(await joinLabel(files('sample'), 'sample'))).toEqual(['s1', 's2', '3', '4']);
  await expect(joinLabel(files('score'), 'score')).rejects.toMatchObject({ data: { kind: 'unsupported-encoding' } });
});
