/** A table of cells or genes as every format offers it: names, columns, any range of rows. */
import { failure, isKind } from '../../../protocol/errors.ts';
import type { InspectColumn } from '../../../protocol/inspect.ts';
import type { Column } from '../contract.ts';

export interface Frame {
  /** Rows. */
  readonly length: number;
  /** Column names in the order of the file, without the index. */
  readonly columns: readonly string[];
  /** Index values of rows [start, end). */
  names(start: number, end: number): string[];
  /** Rows [start, end) of a column of `columns`. Errors: unsupported-encoding, corrupt-file. */
  column(name: string, start: number, end: number): Column;
}

/** Rows that no table names: numbered from 0 as AnnData does. */
export function numberedFrame(length: number): Frame {
  return {
    length,
    columns: [],
    names: (start, end) => Array.from({ length: end - start }, (_, i) => String(start + i)),
    column: (name) => {
      throw failure('internal', { detail: `column ${name} was asked of a table without columns` });
    },
  };
}

/** A frame over columns held in memory (10x lists). */
export function listedFrame(names: readonly string[], columns: ReadonlyMap<string, Column>): Frame {
  return {
    length: names.length,
    columns: [...columns.keys()],
    names: (start, end) => names.slice(start, end),
    column: (name, start, end) => sliceColumn(columns.get(name)!, start, end),
  };
}

/** Rows [start, end) of a column; number arrays share memory with the whole. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  switch (column.kind) {
    case 'categorical':
      return { ...column, codes: column.codes.subarray(start, end) };
    case 'number':
      return { ...column, values: column.values.subarray(start, end) };
    case 'boolean':
      return { ...column, values: column.values.subarray(start, end), missing: column.missing?.subarray(start, end) ?? null };
    case 'string':
      return {
        ...column,
        values: column.values.slice(start, end),
        ...(column.missing ? { missing: column.missing.subarray(start, end) } : {}),
      };
  }
}

/** Checks name and range, then reads. Errors: unknown-column with near names, and those of the frame. */
export function columnOf(frame: Frame, name: string, path: string, start = 0, end = frame.length): Column {
  if (!frame.columns.includes(name)) {
    throw failure('unknown-column', { column: name, near: nearNames(name, frame.columns), where: path });
  }
  return frame.column(name, start, end);
}

/** Rows looked at for an example value. */
const exampleRows = 20;

/** What a column is, from its first rows; `unsupported` carries why. */
export function describeColumn(frame: Frame, name: string): { column: InspectColumn; unsupported: string | null; values: Column | null } {
  try {
    const values = frame.column(name, 0, Math.min(exampleRows, frame.length));
    const example = exampleOf(values);
    return { column: { name, ...typeOf(values), ...(example === null ? {} : { example }) }, unsupported: null, values };
  } catch (thrown) {
    if (!isKind(thrown, 'unsupported-encoding')) throw thrown;
    return { column: { name, type: 'unsupported' }, unsupported: String(thrown.data.facts['encoding']), values: null };
  }
}

function typeOf(column: Column): Pick<InspectColumn, 'type' | 'levels'> {
  switch (column.kind) {
    case 'categorical':
      return { type: 'categorical', levels: column.categories.length };
    case 'number':
      return { type: column.integer ? 'integer' : 'float' };
    case 'boolean':
      return { type: 'boolean' };
    case 'string':
      return { type: 'string' };
  }
}

/** The first value that is not missing, in words. */
function exampleOf(column: Column): string | null {
  const labels = labelsOf(column);
  return labels.find((label) => label !== null) ?? null;
}

/** Values as text, null where missing; booleans as Python writes them. */
export function labelsOf(column: Column): (string | null)[] {
  switch (column.kind) {
    case 'categorical':
      return Array.from(column.codes, (code) => (code < 0 ? null : (column.categories[code] ?? null)));
    case 'number':
      return Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)));
    case 'boolean':
      return Array.from(column.values, (value, i) => (column.missing?.[i] ? null : value ? 'True' : 'False'));
    case 'string':
      return column.values.map((value, i) => (column.missing?.[i] ? null : value));
  }
}

/** Names that differ in case, blanks or a letter or two from the one asked for, three at most. */
export function nearNames(name: string, names: readonly string[]): string[] {
  const bare = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const wanted = bare(name);
  return names.filter((other) => {
    const found = bare(other);
    return found === wanted || (wanted.length > 2 && found.includes(wanted)) || (found.length > 2 && wanted.includes(found));
  }).slice(0, 3);
}
