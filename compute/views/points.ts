/** Makes the points of a figure: sampled positions in an embedding, their colour, and what a legend has to say. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import type { View } from '../../protocol/view-file.ts';
import { openStored } from '../results/array.ts';
import { colorOf, type PointColors } from './color.ts';
import type { ColumnsRequest } from './columns.ts';
import { drawCells, readPositions } from './sample.ts';

export interface PointsRequest extends ColumnsRequest {
  readonly basis: string;
  readonly color: string | null;
  readonly maxPoints: number;
  readonly seed: number;
  readonly axes: readonly [number, number];
  readonly demo: boolean;
  readonly signal: AbortSignal;
}

/** `colorDrawn` gives the colour of the drawn cells, named by their positions among the kept ones, instead of a column. @throws not-found, invalid-parameter, unknown-column, cancelled, corrupt-result. */
export async function pointsView(request: PointsRequest, colorDrawn?: (positions: Uint32Array) => Promise<PointColors>): Promise<View> {
  const { axis, slots, basis, axes } = request;
  const path = slots.path(`obsm/${basis}`);
  if (path === undefined) throw failure('not-found', { what: 'embedding', name: basis, near: nearNames(basis, slots.names('obsm')) });
  const embedding = openStored(path);
  const width = embedding.shape[1] ?? 1;
  if (axes.some((column) => column < 0 || column >= width)) {
    throw failure('invalid-parameter', { step: 'figure', parameter: 'axes', value: axes.map((column) => column + 1).join(', '), reason: `${basis} has ${width} columns` });
  }
  const drawn = drawCells(axis, embedding, request.maxPoints, request.seed);
  const { x, y } = readPositions(embedding, drawn.rows, axes);
  const colors = colorDrawn ? await colorDrawn(drawn.positions) : request.color === null ? null : await colorOf(request, request.color, drawn.positions);
  const label = axisPrefix(basis);
  const pca = basis === 'X_pca' ? (slots.facts('pca') as { variance_ratio?: number[] } | undefined) : undefined;
  return {
    x, y, codes: colors?.codes ?? null, values: colors?.values ?? null,
    header: {
      truckeeView: 1, basis, axes: [`${label}${axes[0] + 1}`, `${label}${axes[1] + 1}`], points: drawn.rows.length, placed: embedding.shape[0] ?? 0,
      cells: axis.kept, varianceRatio: pca?.variance_ratio ?? null, color: colors?.color ?? null, demo: request.demo,
    },
  };
}

/** X_umap -> UMAP, X_pca -> PC, as scanpy labels its axes. */
export function axisPrefix(basis: string): string {
  const name = basis.replace(/^X_/, '');
  if (name === 'pca') return 'PC';
  return name === 'umap' ? 'UMAP' : name;
}
