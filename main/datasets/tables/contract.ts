/** A table from outside as portions of rows, whatever its format: nothing here knows what the columns mean. */

/** Null: no value. CSV gives only texts. */
export type TableCell = string | number | null;
export type TableRow = Readonly<Record<string, TableCell>>;

export interface TableFile {
  readonly path: string;
  readonly columns: readonly string[];
  /** Rows in order, a bounded portion at a time; of a wide table, only the columns that are asked for. @throws bad-table */
  portions(wanted?: readonly string[]): AsyncGenerator<readonly TableRow[], void, void>;
}

/** Rows of one portion at most. */
export const portionRows = 20_000;

export const textOf = (row: TableRow, column: string): string | null => {
  const cell = row[column];
  return cell === null || cell === undefined ? null : String(cell);
};

/** Null for a missing or unreadable number. */
export const numberOf = (row: TableRow, column: string): number | null => {
  const cell = row[column];
  if (cell === null || cell === undefined || cell === '') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
};
