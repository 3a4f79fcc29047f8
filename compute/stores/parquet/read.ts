/** Rows of Parquet files by id: a row group is decoded whole, once per fetch, whichever of its rows are wanted. */
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { failure } from '../../../protocol/errors.ts';
import type { HeldReader } from '../rows/plain.ts';
import type { TahoeSpec } from './contract.ts';
import { guarded, openTable, type ParquetTable } from './table.ts';

type Cell = { readonly indices: Int32Array; readonly values: Float32Array };
interface Group {
  readonly first: number;
  readonly end: number;
  readonly cells: readonly Cell[];
}

/** Errors while reading: corrupt-file (also for a token that no gene has), file-not-found, io-failed. */
export async function tahoeRows(spec: TahoeSpec): Promise<HeldReader> {
  const tables: (ParquetTable | undefined)[] = [];
  let kept: Group | null = null;
  const groupOf = async (row: number): Promise<Group> => {
    if (kept !== null && row >= kept.first && row < kept.end) return kept;
    const file = spec.files.findLastIndex(({ firstRow }) => firstRow <= row);
    const { path, firstRow } = spec.files[file]!;
    const table = (tables[file] ??= await openTable(path));
    let first = firstRow;
    let end = first;
    for (const { num_rows } of table.metadata.row_groups) {
      [first, end] = [end, end + Number(num_rows)];
      if (row < end) break;
    }
    const found = await guarded(path, () => parquetReadObjects({ file: table.file, metadata: table.metadata, compressors, columns: ['genes', 'expressions'], rowStart: first - firstRow, rowEnd: end - firstRow }));
    kept = { first, end, cells: found.map((cell, i) => cellOf(cell['genes'], cell['expressions'], spec, path, first - firstRow + i)) };
    return kept;
  };
  return {
    async fill(ids, held, room) {
      const cells: Cell[] = [];
      let entries = 0;
      for (const id of ids) {
        const group = await groupOf(id);
        const cell = group.cells[id - group.first]!;
        entries += cell.indices.length;
        cells.push(cell);
      }
      room(ids.length, entries);
      let at = 0;
      held.indptr[0] = 0;
      cells.forEach(({ indices, values }, k) => {
        held.indices.set(indices, at);
        held.values.set(values, at);
        held.indptr[k + 1] = at += indices.length;
      });
    },
    close: () => undefined,
  };
}

function cellOf(genes: unknown, expressions: unknown, spec: TahoeSpec, path: string, row: number): Cell {
  const damaged = (reason: string): never => {
    throw failure('corrupt-file', { path, element: `row ${row}`, reason });
  };
  if (!isList(genes) || !isList(expressions)) return damaged('it has no lists of genes and expressions');
  if (genes.length !== expressions.length) return damaged(`it has ${genes.length} genes and ${expressions.length} expressions`);
  // The first element may be a token of the training programs, marked by a negative value.
  const skip = genes.length > 0 && Number(expressions[0]) < 0 ? 1 : 0;
  const indices = new Int32Array(genes.length - skip);
  const values = new Float32Array(genes.length - skip);
  for (let i = 0; i < indices.length; i++) {
    const token = Number(genes[i + skip]);
    const gene = spec.genes[token] ?? -1;
    if (gene < 0) damaged(`no gene has the token ${token}`);
    indices[i] = gene;
    values[i] = Number(expressions[i + skip]);
  }
  return { indices, values };
}

function isList(value: unknown): value is ArrayLike<number | bigint> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
