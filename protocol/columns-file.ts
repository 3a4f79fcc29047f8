/**
 * Columns of some rows (cells or genes) as bytes: a JSON header, then one float32 array per column. Labels travel as codes with their
 * list in the header; missing values as NaN.
 *
 *     uint32 header bytes (padded to a multiple of 8 with the 4 bytes before it) | header | float32 column[rows], one after the other
 */
import { z } from 'zod';
import { failure } from './errors.ts';

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
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const out = new Uint8Array(4 + headerBytes + columns.reduce((bytes, column) => bytes + column.byteLength, 0)).fill(0x20, 4, 4 + headerBytes);
  new DataView(out.buffer).setUint32(0, headerBytes, true);
  out.set(text, 4);
  let at = 4 + headerBytes;
  for (const column of columns) {
    out.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
  return out;
}

/** The only way in. `source` names the file in errors. @throws corrupt-result. */
export function decodeColumns(bytes: Uint8Array, source: string): ColumnsFile {
  const damaged = (reason: string, cause?: unknown): Error => failure('corrupt-result', { path: source, reason }, cause);
  const headerBytes = bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (headerBytes < 0 || 4 + headerBytes > bytes.length) throw damaged('it is no file of columns');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerBytes)));
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) throw damaged(`its header is not one of ours (${parsed.error.issues[0]?.message ?? 'unknown shape'})`);
  const { rows, columns } = parsed.data;
  const wanted = 4 + headerBytes + 4 * rows * columns.length;
  if (bytes.length !== wanted) throw damaged(`it has ${bytes.length} bytes where ${wanted} are expected`);
  // A copy, because a part of a larger buffer need not be aligned.
  const body = new Uint8Array(bytes.subarray(4 + headerBytes)).buffer;
  return { header: parsed.data, columns: columns.map((_, i) => new Float32Array(body, 4 * rows * i, rows)) };
}

/** A column by its name. */
export function columnIn(file: ColumnsFile, name: string): Float32Array | null {
  const at = file.header.columns.findIndex((column) => column.name === name);
  return at < 0 ? null : file.columns[at]!;
}
