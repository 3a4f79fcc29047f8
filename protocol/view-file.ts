/** Points of an embedding with their colour: what a view job writes and a figure is drawn from. Arrays: x[n] | y[n] | codes or values[n] when there is a colour. */
import { z } from 'zod';
import { packFile, unpackFile } from './packed-file.ts';

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
  return packFile(view.header, [view.x, view.y, view.codes, view.values]);
}

/** The only way in. `source` names the file in errors. @throws corrupt-result. */
export function decodeView(bytes: Uint8Array, source: string): View {
  const { header, body, damaged } = unpackFile(bytes, source, headerSchema, ({ points, color }) => points * (color === null ? 2 : 3));
  const n = header.points;
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
