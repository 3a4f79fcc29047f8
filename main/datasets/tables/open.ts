/** The one way into a table file, by the end of its name. */
import { failure } from '../../../protocol/errors.ts';
import type { TableFile } from './contract.ts';
import { openCsv } from './csv.ts';
import { openParquet } from './parquet.ts';

export const isTableName = (name: string): boolean => /\.(parquet|csv|csv\.gz)$/i.test(name);

/** @throws unsupported-format, bad-table, file-not-found */
export function openTable(path: string): Promise<TableFile> {
  if (/\.parquet$/i.test(path)) return openParquet(path);
  if (/\.csv(\.gz)?$/i.test(path)) return openCsv(path);
  throw failure('unsupported-format', { path, format: 'unknown table', hint: 'Give Parquet (.parquet) or CSV (.csv, .csv.gz).' });
}
