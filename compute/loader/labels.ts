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

/**
 * A label over all files in their order. 'plate' is the file's name where no such column exists, 'dose' is told from the treatment. Two bytes a cell for up to
 * 32,767 categories. Errors: unknown-column; unsupported-encoding for a column that is text in one file and a number in another.
 */
export async function joinLabel(files: readonly LabelledFile[], name: string): Promise<LoaderLabel> {
  const rows = files.reduce((sum, file) => sum + file.cells, 0);
  if (name === 'dose' && !files.some((file) => file.columns.includes(name)) && files.every((file) => file.columns.includes(treatment))) return doseLabel(await joinLabel(files, treatment));
  if (name === 'plate' && files.every((file) => !file.columns.includes(name))) {
    const categories = [...new Set(files.map((file) => file.name))].sort();
    const values = new Int16Array(rows);
    let at = 0;
    for (const file of files) values.fill(categories.indexOf(file.name), at, (at += file.cells));
    return { kind: 'codes', categories, values };
  }
  for (const file of files) {
    if (!file.columns.includes(name)) throw failure('unknown-column', { column: name, near: nearNames(name, file.columns), where: file.path });
  }
  const columns: Column[] = [];
  // One after the other: of many files only a few stay open.
  for (const file of files) columns.push(await file.column(name));
  if (columns.every((column) => column.kind === 'number')) {
    const values = new Float32Array(rows);
    let at = 0;
    for (const column of columns) if (column.kind === 'number') values.set(column.values, (at += column.values.length) - column.values.length);
    return { kind: 'number', categories: [], values };
  }
  const parts = columns.map((column, file) => codesOf(column, files[file]!.path, name));
  const categories = [...new Set(parts.flatMap((part) => part.words))].sort();
  const places = new Map(categories.map((word, code) => [word, code]));
  const values = categories.length < 32_768 ? new Int16Array(rows) : new Int32Array(rows);
  let at = 0;
  for (const { codes, words } of parts) {
    const joined = Int32Array.from(words, (word) => places.get(word)!);
    for (const code of codes) values[at++] = code < 0 ? -1 : joined[code]!;
  }
  return { kind: 'codes', categories, values };
}

function codesOf(column: Column, path: string, name: string): { codes: ArrayLike<number> & Iterable<number>; words: readonly string[] } {
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
    case 'number':
      throw failure('unsupported-encoding', { path, element: `obs/${name}`, encoding: 'numbers, while another file has words there' });
  }
}
