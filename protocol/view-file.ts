/**
 * The file a view job writes and a figure is drawn from: a JSON header, then positions and colours of the drawn cells as
 * flat little-endian arrays. Small (a few bytes per drawn cell), so that a figure never needs a result array.
 *
 *     uint32 header bytes (padded to a multiple of 8 with the 4 bytes before it) | header | float32 x[n] | float32 y[n]
 *     | int32 codes[n] or float32 values[n] when there is a colour
 */
import { z } from 'zod';
import { failure } from './errors.ts';

const count = z.int().min(0);

const colorSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('categories'), column: z.string(), categories: z.array(z.string()),
    /** Cells of each category over all cells that carry the column, drawn or not. */
    counts: z.array(count),
    /** Cells without a label, of all cells kept. */
    missing: count,
  }),
  z.object({ kind: z.literal('numbers'), column: z.string(), min: z.number().nullable(), max: z.number().nullable(), missing: count }),
]);

const headerSchema = z.object({
  truckeeView: z.literal(1),
  /** Name of the embedding in obsm (X_umap). */
  basis: z.string(),
  /** Names of the two drawn columns, for axis labels (UMAP1). */
  axes: z.tuple([z.string(), z.string()]),
  /** Points in this file. */
  points: count,
  /** Cells that have a position in the basis; fewer than `cells` when a sample was embedded. */
  placed: count,
  /** Cells kept by the filter. */
  cells: count,
  /** Share of variance of every component; only for a PCA basis. */
  varianceRatio: z.array(z.number()).nullable(),
  color: colorSchema.nullable(),
  /** Some of the plates are generated demo data. */
  demo: z.boolean(),
});

export type ViewHeader = z.infer<typeof headerSchema>;
export type ViewColor = z.infer<typeof colorSchema>;

export interface View {
  readonly header: ViewHeader;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Category of each point, -1 when missing; null unless coloured by categories. */
  readonly codes: Int32Array | null;
  /** Value of each point, NaN when missing; null unless coloured by numbers. */
  readonly values: Float32Array | null;
}

export function encodeView(view: View): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(view.header));
  const headerBytes = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const arrays = [view.x, view.y, view.codes, view.values].filter((array) => array !== null);
  const out = new Uint8Array(4 + headerBytes + arrays.reduce((bytes, array) => bytes + array.byteLength, 0)).fill(0x20, 4, 4 + headerBytes);
  new DataView(out.buffer).setUint32(0, headerBytes, true);
  out.set(text, 4);
  let at = 4 + headerBytes;
  for (const array of arrays) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return out;
}

/** The only way in. `source` names the file in errors. @throws corrupt-result. */
export function decodeView(bytes: Uint8Array, source: string): View {
  const damaged = (reason: string, cause?: unknown): Error => failure('corrupt-result', { path: source, reason }, cause);
  if (bytes.length < 4) throw damaged('it is too short for a view file');
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (4 + headerBytes > bytes.length) throw damaged('it is no view file');
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(4, 4 + headerBytes)), damaged);
  const n = header.points;
  const wanted = 4 + headerBytes + 4 * n * (header.color === null ? 2 : 3);
  if (bytes.length !== wanted) throw damaged(`it has ${bytes.length} bytes where ${wanted} are expected`);
  // A copy, because a part of a larger buffer need not be aligned (slice of a Node Buffer would be no copy).
  const body = new Uint8Array(bytes.subarray(4 + headerBytes)).buffer;
  const codes = header.color?.kind === 'categories' ? new Int32Array(body, 8 * n, n) : null;
  if (header.color?.kind === 'categories') {
    const { categories, counts } = header.color;
    if (counts.length !== categories.length) throw damaged('its counts do not match its categories');
    if (codes!.some((code) => code < -1 || code >= categories.length)) throw damaged('a point has an unknown category');
  }
  return {
    header, codes, x: new Float32Array(body, 0, n), y: new Float32Array(body, 4 * n, n),
    values: header.color?.kind === 'numbers' ? new Float32Array(body, 8 * n, n) : null,
  };
}

function parseHeader(text: string, damaged: (reason: string, cause?: unknown) => Error): ViewHeader {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
  const parsed = headerSchema.safeParse(json);
  if (!parsed.success) throw damaged(`its header is not one of ours (${parsed.error.issues[0]?.message ?? 'unknown shape'})`);
  return parsed.data;
}
