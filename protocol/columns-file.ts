/** Columns of some rows (cells or genes). Labels travel as codes with their list in the header; missing values as NaN. Arrays: one float32 column[rows] after the other. */
import { z } from 'zod';
import { packFile, unpackFile } from './packed-file.ts';

const headerSchema = z.object({
  truckeeColumns: z.literal(1),
  /** Rows in this file, and how many there are: fewer when a sample was drawn. */
  rows: z.int().min(0),
  of: z.int().min(0),
  columns: z.array(z.object({ name: z.string(), categories: z.array(z.string()).nullable() })),
  /** Names of the rows; null when they do not travel. */
  names: z.array(z.string()).nullable(),
});

export type ColumnsHeader = z.infer<typeof headerSchema>;

export interface ColumnsFile {
  readonly header: ColumnsHeader;
  readonly columns: readonly Float32Array[];
}

export function encodeColumns({ header, columns }: ColumnsFile): Uint8Array {
  return packFile(header, columns);
}

/** The only way in. `source` names the file in errors. @throws corrupt-result. */
export function decodeColumns(bytes: Uint8Array, source: string): ColumnsFile {
  const { header, body } = unpackFile(bytes, source, headerSchema, ({ rows, columns }) => rows * columns.length);
  return { header, columns: header.columns.map((_, i) => new Float32Array(body, 4 * header.rows * i, header.rows)) };
}

/** A column by its name. */
export function columnIn(file: ColumnsFile, name: string): Float32Array | null {
  const at = file.header.columns.findIndex((column) => column.name === name);
  return at < 0 ? null : file.columns[at]!;
}
