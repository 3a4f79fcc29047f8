/** obs columns of all files as one array per label: codes of one sorted list of categories, or numbers. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import { parseTreatment } from '../../protocol/treatment.ts';
import type { Column } from '../stores/index.ts';
import type { LoaderLabel } from './contract.ts';

/** What of a file is needed here. */
export interface LabelledFile {
  readonly name: string;
  readonly path: string;
  readonly cells: number;
  readonly columns: readonly string[];
  column(name: string): Column | Promise<Column>;
}

/** The atlas's column of drugs with their doses. */
const treatment = 'drugname_drugconc';
/** Columns that sort cells into classes, however they are stored. */
export const classLabels: readonly string[] = ['plate', 'sample', 'drug', 'cell_line', 'dose', treatment];

/** Labels that all files can give: their common columns, 'plate' always, and 'dose' where treatments tell it. */
export function offeredLabels(files: readonly Pick<LabelledFile, 'columns'>[]): string[] {
  const common = (files[0]?.columns ?? []).filter((name) => files.every((file) => file.columns.includes(name)));
  return [...new Set([...common, 'plate', ...(common.includes(treatment) ? ['dose'] : [])])];
}

/** Doses of the first drug of every treatment, ascending; a treatment that cannot be read has none. */
function doseLabel({ values, categories }: LoaderLabel): LoaderLabel {
  const doses = categories.map((text) => {
    const [first] = parseTreatment(text) ?? [];
    // Stored as float32 elsewhere, 0.05 has more digits than were meant.
    return first === undefined ? null : `${Number(first.dose.toPrecision(3))} ${first.unit}`;
  });
  const order = [...new Set(doses.filter((dose) => dose !== null))].sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b) || (a < b ? -1 : 1));
  const places = doses.map((dose) => (dose === null ? -1 : order.indexOf(dose)));
  return { kind: 'codes', categories: order, values: Int16Array.from(values, (code) => (code < 0 ? -1 : places[code]!)) };
}

/** Distinct numbers that still are names of classes: under the names above, and in any other column of whole numbers. */
const most = { named: 4096, other: 100 } as const;
/** Whole numbers are classes only where so many cells share one, on average. */
const leastCells = 10;

/**
 * A label over all files in their order. 'plate' is the file's name where it has no such column, or one that says nothing; 'dose' is told from the treatment
 * where not all files have it. Numbers are classes under the names of `classLabels`, and where they are whole and few. Two bytes a cell for up to 32,767
 * categories. Errors: unknown-column; unsupported-encoding for another column that is text in one file and a number in another.
 */
export async function joinLabel(files: readonly LabelledFile[], name: string): Promise<LoaderLabel> {
  const rows = files.reduce((sum, file) => sum + file.cells, 0);
  const lacking = files.find((file) => !file.columns.includes(name));
  if (name === 'dose' && lacking !== undefined && files.every((file) => file.columns.includes(treatment))) return doseLabel(await joinLabel(files, treatment));
  if (name !== 'plate' && lacking !== undefined) throw failure('unknown-column', { column: name, near: nearNames(name, lacking.columns), where: lacking.path });
  const columns: Column[] = [];
  // One after the other: of many files only a few stay open.
  for (const file of files) {
    const column = file.columns.includes(name) ? await file.column(name) : null;
    columns.push(name === 'plate' && !(column && namesClasses(column)) ? { kind: 'categorical', codes: new Int32Array(file.cells), categories: [file.name], ordered: false } : column!);
  }
  const named = classLabels.includes(name);
  const numeric = columns.every((column) => column.kind === 'number');
  if (numeric) {
    const limit = named ? most.named : columns.every((column) => column.integer) ? Math.min(most.other, rows / leastCells) : 0;
    if (distinct(columns.map(({ values }) => values), limit) === null) {
      const values = new Float32Array(rows);
      let at = 0;
      for (const column of columns) values.set(column.values, (at += column.values.length) - column.values.length);
      return { kind: 'number', categories: [], values };
    }
  }
  const parts = columns.map((column, file) => codesOf(column, files[file]!.path, name, named || numeric));
  const words = [...new Set(parts.flatMap((part) => part.words))];
  const categories = numeric ? words.sort((a, b) => Number(a) - Number(b)) : words.sort();
  const places = new Map(categories.map((word, code) => [word, code]));
  const values = categories.length < 32_768 ? new Int16Array(rows) : new Int32Array(rows);
  let at = 0;
  for (const { codes, words: own } of parts) {
    const joined = Int32Array.from(own, (word) => places.get(word)!);
    for (const code of codes) values[at++] = code < 0 ? -1 : joined[code]!;
  }
  return { kind: 'codes', categories, values };
}

/** Numbers that occur, without missing ones; null for more than `limit`. */
function distinct(lists: readonly Float64Array[], limit: number): Set<number> | null {
  const found = new Set<number>();
  for (const values of lists) {
    for (const value of values) {
      if (!Number.isNaN(value)) found.add(value);
      if (found.size > limit) return null;
    }
  }
  return found.size === 0 ? null : found;
}

/** Whether any cell has a class there, and numbers are few enough to be classes. */
function namesClasses(column: Column): boolean {
  switch (column.kind) {
    case 'categorical':
      return column.codes.some((code) => code >= 0);
    case 'number':
      return distinct([column.values], most.named) !== null;
    case 'boolean':
    case 'string':
      return column.values.length === 0 || !column.missing?.every((missing) => missing !== 0);
  }
}

function codesOf(column: Column, path: string, name: string, numbersToo: boolean): { codes: ArrayLike<number> & Iterable<number>; words: readonly string[] } {
  switch (column.kind) {
    case 'categorical':
      return { codes: column.codes, words: column.categories };
    case 'boolean':
      return { codes: column.values.map((value, row) => (column.missing?.[row] ? 255 : value)).reduce((out, value, row) => ((out[row] = value === 255 ? -1 : value), out), new Int8Array(column.values.length)), words: ['False', 'True'] };
    case 'string': {
      const places = new Map<string, number>();
      const codes = Int32Array.from(column.values, (word, row) => {
        if (column.missing?.[row]) return -1;
        const known = places.get(word);
        if (known !== undefined) return known;
        places.set(word, places.size);
        return places.size - 1;
      });
      return { codes, words: [...places.keys()] };
    }
    case 'number': {
      if (numbersToo) return numberedCodes(column.values, column.single === true);
      throw failure('unsupported-encoding', { path, element: `obs/${name}`, encoding: 'numbers, while another file has words there' });
    }
  }
}

/** `single`: stored as float32, where 0.05 has more digits than were meant. */
function numberedCodes(values: Float64Array, single: boolean): { codes: Int32Array; words: string[] } {
  const places = new Map<string, number>();
  const known = new Map<number, number>();
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    const code = known.get(value);
    if (code !== undefined) return code;
    const word = String(single ? Number(value.toPrecision(7)) : value);
    const place = places.get(word) ?? places.size;
    places.set(word, place);
    known.set(value, place);
    return place;
  });
  return { codes, words: [...places.keys()] };
}
