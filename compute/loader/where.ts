/** The cells of a loader that meet an expression over their obs columns, as `truckee query --where` takes it. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import { columnsOf, parseWhere } from '../../protocol/where.ts';
import { columnValues, type ColumnValues } from '../columns/file.ts';
import { evaluateWhere } from '../columns/where.ts';
import { rowMarks, type RowSet } from '../sampling/index.ts';
import type { LabelledFile } from './labels.ts';
import { refuse } from './options.ts';

/**
 * Row ids over all files in their order, a bit each; with `within` only those of it. Columns are read file after file.
 * Errors: those of parsing; unknown-column for a file without one of the columns; invalid-parameter when no cell is left.
 */
export async function rowsWhere(files: readonly LabelledFile[], expression: string, within?: RowSet): Promise<RowSet> {
  const where = parseWhere(expression);
  const names = columnsOf(where);
  const marks = rowMarks(files.reduce((sum, file) => sum + file.cells, 0));
  let first = 0;
  for (const file of files) {
    const columns = new Map<string, ColumnValues>();
    for (const name of names) {
      if (!file.columns.includes(name)) throw failure('unknown-column', { column: name, near: nearNames(name, file.columns), where: file.path });
      columns.set(name, columnValues(await file.column(name)));
    }
    const holds = evaluateWhere(where, file.cells, (name) => columns.get(name)!);
    for (let row = 0; row < file.cells; row++) if (holds[row] === 1 && (within === undefined || has(within, first + row))) marks.mark(first + row);
    first += file.cells;
  }
  const rows = marks.rows();
  if (rows.length === 0) refuse('where', expression, 'no cell meets it');
  return rows;
}

function has(rows: RowSet, row: number): boolean {
  const position = rows.find(row);
  return position < rows.length && rows.at(position) === row;
}
