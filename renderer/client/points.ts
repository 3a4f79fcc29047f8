/** What the engine drew for a page: points of an embedding, maps binned into squares, columns of cells or genes. */
import { queryOptions } from '@tanstack/react-query';
import { columnsRoute, deRoute, pointsRoute, rasterRoute, type columnsRequest, type DeRequest, type rasterRequest } from '../../protocol/api.routes.ts';
import { decodeColumns, type ColumnsFile } from '../../protocol/columns-file.ts';
import { TruckeeError } from '../../protocol/errors.ts';
import { decodeRaster, type Raster } from '../../protocol/raster-file.ts';
import { decodeView, type View } from '../../protocol/view-file.ts';
import type { z } from 'zod';
import { isErrorData } from './rpc.ts';

export interface PointsRequest {
  readonly run: string;
  readonly basis: string;
  readonly color: string | null;
  /** A gene instead of a column. */
  readonly gene?: string | null;
  readonly axes: readonly [number, number];
  /** Points at most: a seeded sample when there are more cells. */
  readonly most?: number;
}

/** Equal requests but for the colour give the same cells in the same order. @throws TruckeeError */
export async function fetchPoints({ run, basis, color, gene, axes, most }: PointsRequest, signal?: AbortSignal): Promise<View> {
  const query = new URLSearchParams({ run, basis, x: `${axes[0]}`, y: `${axes[1]}`, ...(most === undefined ? {} : { most: `${most}` }), ...(gene ? { gene } : color === null ? {} : { color }) });
  return decodeView(await bytesOf(await fetch(`${pointsRoute}?${query.toString()}`, signal ? { signal } : {})), basis);
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    if (typeof body === 'object' && body !== null && 'error' in body && isErrorData(body.error)) throw new TruckeeError(body.error);
    throw new Error(`the host answered ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

const post = async (route: string, body: unknown, signal?: AbortSignal): Promise<Uint8Array> =>
  bytesOf(await fetch(route, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...(signal ? { signal } : {}) }));

export type RasterAsked = z.input<typeof rasterRequest>;

/** @throws TruckeeError */
export async function fetchRaster(request: RasterAsked, signal?: AbortSignal): Promise<Raster> {
  return decodeRaster(await post(rasterRoute, request, signal), request.basis);
}

/** @throws TruckeeError */
export async function fetchColumns(request: z.input<typeof columnsRequest>, signal?: AbortSignal): Promise<ColumnsFile> {
  return decodeColumns(await post(columnsRoute, request, signal), request.of);
}

export const rasterOptions = (request: RasterAsked) =>
  queryOptions({ queryKey: ['raster', request], queryFn: ({ signal }) => fetchRaster(request, signal), staleTime: Number.POSITIVE_INFINITY, gcTime: 120_000 });

export const columnsOptions = (request: z.input<typeof columnsRequest>) =>
  queryOptions({ queryKey: ['columns', request], queryFn: ({ signal }) => fetchColumns(request, signal), staleTime: Number.POSITIVE_INFINITY, gcTime: 600_000 });

export const pointsOptions = (request: PointsRequest) =>
  queryOptions({ queryKey: ['points', request], queryFn: ({ signal }) => fetchPoints(request, signal), staleTime: Number.POSITIVE_INFINITY, gcTime: 120_000 });

/** All genes of a condition of a comparison. */
export const conditionOptions = (request: DeRequest) =>
  queryOptions({ queryKey: ['de', request], queryFn: async ({ signal }) => decodeColumns(await post(deRoute, request, signal), request.condition), staleTime: Number.POSITIVE_INFINITY, gcTime: 120_000 });
