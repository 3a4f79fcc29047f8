/** Opens what a matrix in column order is read from, entry by entry: a transposition, a scan or a look at its values. */
import type { ColumnSource } from './contract.ts';
import { mtxEntries } from './mtx/entries.ts';
import { openArrays } from './open-arrays.ts';
import { cscEntries } from './spool/csc-entries.ts';
import type { EntrySource } from './spool/entries.ts';

/** Entries of a column-order matrix in the order of its file. */
export async function openEntries(source: ColumnSource, nObs: number, nVars: number): Promise<EntrySource> {
  if (source.kind === 'mtx') return mtxEntries(source.path, nObs, nVars);
  const [data, indices, indptr] = await openArrays([source.data, source.indices, source.indptr]);
  return cscEntries({ data: data!, indices: indices!, indptr: indptr! }, nObs, nVars);
}
