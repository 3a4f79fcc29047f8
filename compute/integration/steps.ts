/** What becomes of a wanted shift before it is taken: smoothed over neighbours, capped by the local scale, edges guarded. */
import type { Knn } from '../graph/knn.ts';
import type { Rows } from './search.ts';
import { quantileOf } from './transport.ts';

/** Local facts of the starting embedding, one entry per row. */
export interface LocalScale {
  /** Neighbours at the start, with the lengths of their edges. */
  readonly graph: Knn;
  readonly meanLength: Float64Array;
  /** 0 dense to 1 sparse. */
  readonly sparse: Float64Array;
  /** 0 inside a batch's own region to 1 where batches meet and cells are few. */
  readonly bridge: Float64Array;
  /** Least and most stretch of an edge. */
  readonly shortest: Float64Array;
  readonly longest: Float64Array;
}

const sparseQuantile = 0.85;

/** Rows in dense surroundings take on part of their neighbours' mean shift; a new array. */
export function smoothShift(shift: Float32Array, dims: number, local: LocalScale, lambda: number): Float32Array {
  const { graph, sparse, bridge } = local;
  const limit = quantileOf(sparse, sparseQuantile);
  const smooth = new Float32Array(shift.length);
  const sum = new Float64Array(dims);
  for (let row = 0; row < sparse.length; row++) {
    const damp = 1 - 0.12 * bridge[row]!;
    const at = row * dims;
    if (!(sparse[row]! < limit) || graph.k === 0) {
      for (let d = 0; d < dims; d++) smooth[at + d] = damp * shift[at + d]!;
      continue;
    }
    sum.fill(0);
    for (let e = row * graph.k; e < row * graph.k + graph.k; e++) {
      const from = graph.indices[e]! * dims;
      for (let d = 0; d < dims; d++) sum[d]! += shift[from + d]!;
    }
    for (let d = 0; d < dims; d++) smooth[at + d] = damp * ((1 - lambda) * shift[at + d]! + (lambda * sum[d]!) / graph.k);
  }
  return smooth;
}

/** Scales by the step and limits each row's move to its mean neighbour distance; in place. */
export function capSteps(shift: Float32Array, dims: number, local: LocalScale, step: number, mostLocal: number): void {
  for (let row = 0; row < local.meanLength.length; row++) {
    let squared = 0;
    for (let at = row * dims; at < (row + 1) * dims; at++) {
      shift[at]! *= step;
      squared += shift[at]! ** 2;
    }
    const limit = mostLocal * (local.meanLength[row]! + 1e-8);
    const scale = squared > 0 ? Math.min(1, limit / Math.sqrt(squared)) : 1;
    if (scale < 1) for (let at = row * dims; at < (row + 1) * dims; at++) shift[at]! *= scale;
  }
}

const guardRounds = 2;

/** Shortens moves that would stretch or squeeze an edge of the start beyond its limits; all rows at once; in place. */
export function guardEdges(shift: Float32Array, { values, dims, n }: Rows, local: LocalScale): void {
  const { graph, shortest, longest } = local;
  if (graph.k === 0) return;
  const factor = new Float64Array(n);
  for (let round = 0; round < guardRounds; round++) {
    let least = 1;
    for (let row = 0; row < n; row++) {
      let most = 0;
      let fewest = Infinity;
      for (let e = row * graph.k; e < row * graph.k + graph.k; e++) {
        const a = row * dims;
        const b = graph.indices[e]! * dims;
        let squared = 0;
        for (let d = 0; d < dims; d++) squared += (values[a + d]! + shift[a + d]! - values[b + d]! - shift[b + d]!) ** 2;
        const ratio = Math.sqrt(squared) / (graph.distances[e]! + 1e-8);
        most = Math.max(most, ratio);
        fewest = Math.min(fewest, ratio);
      }
      factor[row] = Math.min(1, longest[row]! / (most + 1e-8), (fewest + 1e-8) / shortest[row]!);
      least = Math.min(least, factor[row]!);
    }
    if (least >= 0.999) return;
    for (let row = 0; row < n; row++) {
      const f = factor[row]!;
      if (f < 1) for (let at = row * dims; at < (row + 1) * dims; at++) shift[at]! *= f;
    }
  }
}

export interface Scale {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Mean and population deviation + 1e-8 of each dimension. */
export function scaleOf({ values, n, dims }: Rows): Scale {
  const mean = new Float64Array(dims);
  const deviation = new Float64Array(dims);
  for (let at = 0; at < n * dims; at++) mean[at % dims]! += values[at]! / n;
  for (let at = 0; at < n * dims; at++) deviation[at % dims]! += (values[at]! - mean[at % dims]!) ** 2 / n;
  return { mean, deviation: deviation.map((variance) => Math.sqrt(variance) + 1e-8) };
}

/** Every dimension brought to the mean and deviation it had at the start; in place. */
export function restoreScale(rows: Rows, target: Scale): Rows {
  const { values, n, dims } = rows;
  const now = scaleOf(rows);
  for (let at = 0; at < n * dims; at++) {
    const d = at % dims;
    values[at] = ((values[at]! - now.mean[d]!) / now.deviation[d]!) * target.deviation[d]! + target.mean[d]!;
  }
  return rows;
}
