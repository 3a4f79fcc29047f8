/**
 * An embedding binned by the engine: how many cells fall into each square of a picture, how many of them are chosen, and what
 * colour stands for them. Small whatever the number of cells. Arrays, rows from the top, n = width x height: all[n] | chosen[n]
 * (with a choice) | codes or values[n] when there is a colour.
 */
import { z } from 'zod';
import { packFile, unpackFile } from './packed-file.ts';

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

export function encodeRaster({ header, all, chosen, codes, values }: Raster): Uint8Array {
  return packFile(header, [all, header.hasChoice ? chosen : null, codes, values]);
}

/** The only way in. `source` names the file in errors. @throws corrupt-result. */
export function decodeRaster(bytes: Uint8Array, source: string): Raster {
  const parts = ({ hasChoice, color }: RasterHeader): number => 1 + (hasChoice ? 1 : 0) + (color === null ? 0 : 1);
  const { header, body, damaged } = unpackFile(bytes, source, headerSchema, (one) => one.width * one.height * parts(one));
  const n = header.width * header.height;
  const all = new Uint32Array(body, 0, n);
  const colored = 4 * n * (parts(header) - 1);
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
