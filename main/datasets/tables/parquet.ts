/** Parquet tables, one row group at a time, so that a table of any length is read in bounded memory. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { failure, messageOf, systemFailure } from '../../../protocol/errors.ts';
import { portionRows, type TableCell, type TableFile, type TableRow } from './contract.ts';

/** Cells of one portion of few columns. */
const mostCells = 2_000_000;

/** @throws bad-table, file-not-found */
export async function openParquet(path: string): Promise<TableFile> {
  const guarded = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (cause) {
      throw systemFailure(cause, path) ?? failure('bad-table', { path, row: 0, reason: `it cannot be read as Parquet (${messageOf(cause).slice(0, 200)})` }, cause);
    }
  };
  const file = await guarded(() => asyncBufferFromFile(path));
  const metadata = await guarded(() => parquetMetadataAsync(file));
  const columns = parquetSchema(metadata).children.map((child) => child.element.name);
  const total = Number(metadata.num_rows);
  return {
    path, columns,
    async *portions(wanted = columns) {
      // A row group is decoded anew for every portion of it: few columns may come in long portions.
      const rowsAtATime = Math.max(portionRows, Math.floor(mostCells / wanted.length));
      for (let start = 0; start < total; start += rowsAtATime) {
        const rowEnd = Math.min(total, start + rowsAtATime);
        const rows = await guarded(() => parquetReadObjects({ file, metadata, compressors, rowStart: start, rowEnd, columns: [...wanted] }));
        yield rows.map(plainRow);
      }
    },
  };
}

function plainRow(row: Readonly<Record<string, unknown>>): TableRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)]));
}

function cellOf(value: unknown): TableCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return typeof value === 'bigint' ? Number(value) : String(value);
  return JSON.stringify(value);
}
