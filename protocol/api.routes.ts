/** The routes beside the contract: bytes in bulk. Each is read-only, behind the same gate as everything else. */
import { z } from 'zod';

export const rpcPrefix = '/api/rpc';
export const pointsRoute = '/api/views/points';
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

export const downloadQuery = z.strictObject({ folder: z.enum(['exports', 'figures', 'notebooks']), name: z.string().min(1).max(255) });
