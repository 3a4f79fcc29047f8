/** Columns of Parquet files as columns of a table of cells or genes. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { failure, isTruckeeError, messageOf, systemFailure } from '../../../protocol/errors.ts';
import type { Column } from '../contract.ts';
import { labelsOf } from '../tables/frame.ts';

export interface ParquetTable {
  readonly path: string;
  readonly rows: number;
  /** Plain columns; lists and other nested ones are left out. */
  readonly columns: readonly string[];
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** Errors: file-not-found, not-permitted, corrupt-file. */
export async function openTable(path: string): Promise<ParquetTable> {
  return guarded(path, async () => {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const columns = parquetSchema(metadata).children.filter((child) => child.children.length === 0).map((child) => child.element.name);
    return { path, rows: Number(metadata.num_rows), columns, file, metadata };
  });
}

/** Whatever goes wrong inside the reader of Parquet becomes an error with the file's name. */
export async function guarded<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    if (isTruckeeError(thrown)) throw thrown;
    throw systemFailure(thrown, path) ?? failure('corrupt-file', { path, element: 'the Parquet file', reason: messageOf(thrown).slice(0, 200) }, thrown);
  }
}

/** Rows read at a time. */
const portion = 65_536;

/** A column over the files in their order: numbers, or words as categories. Errors: corrupt-file. */
export async function columnFromTable(tables: readonly ParquetTable[], name: string): Promise<Column> {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const numbers = new Float64Array(rows);
  const codes = new Int32Array(rows);
  const places = new Map<string, number>();
  let words = false;
  let integer = true;
  let at = 0;
  for (const { path, file, metadata, rows: own } of tables) {
    for (let start = 0; start < own; start += portion) {
      const found = await guarded(path, () => parquetReadObjects({ file, metadata, compressors, columns: [name], rowStart: start, rowEnd: Math.min(own, start + portion) }));
      for (const row of found) {
        const value = row[name] as unknown;
        const missing = value === null || value === undefined;
        if (!missing && typeof value !== 'number' && typeof value !== 'bigint') words = true;
        const number = missing || words ? NaN : Number(value);
        if (!Number.isInteger(number)) integer = false;
        numbers[at] = number;
        codes[at++] = missing ? -1 : codeOf(String(value), places);
      }
    }
  }
  return words ? { kind: 'categorical', codes, categories: [...places.keys()], ordered: false } : { kind: 'number', values: numbers, integer };
}

function codeOf(word: string, places: Map<string, number>): number {
  const known = places.get(word);
  if (known !== undefined) return known;
  places.set(word, places.size);
  return places.size - 1;
}

/** Every value in words, '' where it is missing. */
export function textOf(column: Column): string[] {
  return labelsOf(column).map((label) => label ?? '');
}
