/** Points of an embedding and the values of one column for the same cells, as the engine drew them. */
import { queryOptions } from '@tanstack/react-query';
import { pointsRoute } from '../../protocol/api.routes.ts';
import { TruckeeError } from '../../protocol/errors.ts';
import { decodeView, type View } from '../../protocol/view-file.ts';
import { isErrorData } from './rpc.ts';

export interface PointsRequest {
  readonly run: string;
  readonly basis: string;
  readonly color: string | null;
  /** A gene instead of a column. */
  readonly gene?: string | null;
  readonly axes: readonly [number, number];
}

/** Equal requests but for the colour give the same cells in the same order. @throws TruckeeError */
export async function fetchPoints({ run, basis, color, gene, axes }: PointsRequest, signal?: AbortSignal): Promise<View> {
  const query = new URLSearchParams({ run, basis, x: `${axes[0]}`, y: `${axes[1]}`, ...(gene ? { gene } : color === null ? {} : { color }) });
  const response = await fetch(`${pointsRoute}?${query.toString()}`, signal ? { signal } : {});
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    if (typeof body === 'object' && body !== null && 'error' in body && isErrorData(body.error)) throw new TruckeeError(body.error);
    throw new Error(`the host answered ${response.status}`);
  }
  return decodeView(new Uint8Array(await response.arrayBuffer()), basis);
}

export const pointsOptions = (request: PointsRequest) =>
  queryOptions({ queryKey: ['points', request], queryFn: ({ signal }) => fetchPoints(request, signal), staleTime: Number.POSITIVE_INFINITY, gcTime: 120_000 });
