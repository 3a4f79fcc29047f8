/**
 * An embedding binned by the engine: how many cells fall into each square of a picture, how many of them are chosen, and what
 * colour stands for them. Small whatever the number of cells.
 *
 *     uint32 header bytes (padded to a multiple of 8 with the 4 bytes before it) | header | uint32 all[n] | uint32 chosen[n] (with a choice)
 *     | int32 codes[n] or float32 values[n] when there is a colour; n = width x height, rows from the top
 */
import { z } from 'zod';
import { failure } from './errors.ts';

const count = z.int().min(0);
const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const colorSchema = z.discriminatedUnion('kind', [
  /** `counts` are over chosen cells that have a place, inside the region or not. */
  z.object({ kind: z.literal('categories'), column: z.string(), categories: z.array(z.string()), counts: z.array(count), missing: count }),
  z.object({ kind: z.literal('numbers'), column: z.string(), min: z.number().nullable(), max: z.number().nullable(), missing: count }),
]);

const headerSchema = z.object({
  truckeeRaster: z.literal(1),
  basis: z.string(),
  axes: z.tuple([z.string(), z.string()]),
  width: z.int().min(1).max(4096),
  height: z.int().min(1).max(4096),
  /** [x from, y from, x to, y to] that the picture covers, and of all cells. */
  region: box,
  bounds: box,
  /** Cells with a place in the basis, those of them that are chosen, and all cells kept. */
  placed: count,
  chosen: count,
  cells: count,
  hasChoice: z.boolean(),
  color: colorSchema.nullable(),
  demo: z.boolean(),
});

export type RasterHeader = z.infer<typeof headerSchema>;
export type RasterColor = z.infer<typeof colorSchema>;

export interface Raster {
  readonly header: RasterHeader;
  readonly all: Uint32Array;
  /** The same array as `all` without a choice. */
  readonly chosen: Uint32Array;
  /** Commonest category among the chosen cells of each bin (the first of equals), -1 where none has a label. */
  readonly codes: Int32Array | null;
  /** Mean over the chosen cells of each bin, NaN where none has a value. */
  readonly values: Float32Array | null;
}

export function encodeRaster(raster: Raster): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(raster.header));
  const headerBytes = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const arrays = [raster.all, raster.header.hasChoice ? raster.chosen : null, raster.codes, raster.values].filter((array) => array !== null);
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
export function decodeRaster(bytes: Uint8Array, source: string): Raster {
  const damaged = (reason: string, cause?: unknown): Error => failure('corrupt-result', { path: source, reason }, cause);
  const headerBytes = bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (headerBytes < 0 || 4 + headerBytes > bytes.length) throw damaged('it is no raster file');
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(4, 4 + headerBytes)), damaged);
  const n = header.width * header.height;
  const parts = 1 + (header.hasChoice ? 1 : 0) + (header.color === null ? 0 : 1);
  const wanted = 4 + headerBytes + 4 * n * parts;
  if (bytes.length !== wanted) throw damaged(`it has ${bytes.length} bytes where ${wanted} are expected`);
  // A copy, because a part of a larger buffer need not be aligned.
  const body = new Uint8Array(bytes.subarray(4 + headerBytes)).buffer;
  const all = new Uint32Array(body, 0, n);
  const colored = 4 * n * (parts - 1);
  const codes = header.color?.kind === 'categories' ? new Int32Array(body, colored, n) : null;
  if (header.color?.kind === 'categories') {
    const { categories, counts } = header.color;
    if (counts.length !== categories.length || codes!.some((code) => code < -1 || code >= categories.length)) throw damaged('its categories do not fit together');
  }
  return {
    header, all, codes, chosen: header.hasChoice ? new Uint32Array(body, 4 * n, n) : all,
    values: header.color?.kind === 'numbers' ? new Float32Array(body, colored, n) : null,
  };
}

function parseHeader(text: string, damaged: (reason: string, cause?: unknown) => Error): RasterHeader {
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
