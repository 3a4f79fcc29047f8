/** The routes beside the contract: bytes in bulk. Each is read-only, behind the same gate as everything else. */
import { z } from 'zod';
import { cellChoiceSchema } from './cell-choice.ts';

export const rpcPrefix = '/api/rpc';
export const pointsRoute = '/api/views/points';
export const rasterRoute = '/api/views/raster';
export const columnsRoute = '/api/views/columns';
export const deRoute = '/api/views/de';
export const downloadRoute = '/api/downloads';

/** Points of an embedding with one colour: answered as a view file (view-file.ts). */
export const pointsQuery = z.strictObject({
  run: z.uuid(),
  basis: z.string().min(1).max(200),
  color: z.string().min(1).max(1000).optional(),
  gene: z.string().min(1).max(200).optional(),
  x: z.coerce.number().int().min(0).max(9999).default(0),
  y: z.coerce.number().int().min(0).max(9999).default(1),
  most: z.coerce.number().int().min(1).max(5_000_000).default(1_000_000),
});
export type PointsQuery = z.infer<typeof pointsQuery>;

const place = z.number().refine(Number.isFinite, 'must be finite');

/** A map binned by the engine, sent as JSON because a choice can be long: answered as a raster file (raster-file.ts). */
export const rasterRequest = z.strictObject({
  run: z.uuid(),
  basis: z.string().min(1).max(200),
  axes: z.tuple([z.int().min(0).max(9999), z.int().min(0).max(9999)]).default([0, 1]),
  color: z.string().min(1).max(1000).nullable().default(null),
  width: z.int().min(1).max(2048),
  height: z.int().min(1).max(2048),
  /** [x from, y from, x to, y to]; null covers all cells. */
  region: z.tuple([place, place, place, place]).nullable().default(null),
  choice: cellChoiceSchema,
});
export type RasterRequest = z.infer<typeof rasterRequest>;

/** Columns of a sample of cells, or of all genes: answered as a file of columns (columns-file.ts). */
export const columnsRequest = z.strictObject({
  run: z.uuid(),
  of: z.enum(['cells', 'genes']),
  columns: z.array(z.string().min(1).max(1000)).max(24),
  /** Cells as they were before the filter step: to choose its limits. */
  unfiltered: z.boolean().default(false),
  most: z.int().min(1).max(1_000_000).default(100_000),
});
export type ColumnsRequest = z.infer<typeof columnsRequest>;

/** All genes of one condition of a comparison: answered as a file of columns (columns-file.ts). */
export const deRequest = z.strictObject({ run: z.uuid(), stratum: z.string().min(1).max(1000), condition: z.string().min(1).max(1000) });
export type DeRequest = z.infer<typeof deRequest>;

export const downloadQuery = z.strictObject({ folder: z.enum(['exports', 'figures', 'notebooks']), name: z.string().min(1).max(255) });
