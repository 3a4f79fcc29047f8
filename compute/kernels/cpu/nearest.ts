/** Exact nearest neighbours by comparing every query with every base row; merges into the best found so far. */
import { assertLength } from '../check.ts';

/**
 * Distances are sums of squared float32 differences taken in float64, dimension by dimension, rounded once to float32.
 * Distances that are not finite never become neighbours.
 */
export function nearest(
  queries: Float32Array, queryCount: number, querySelf: Int32Array,
  base: Float32Array, baseCount: number, baseStart: number,
  dims: number, k: number, bestDistance: Float32Array, bestIndex: Int32Array,
): void {
  assertLength(queries, queryCount * dims, 'queries');
  assertLength(querySelf, queryCount, 'querySelf');
  assertLength(base, baseCount * dims, 'base');
  assertLength(bestDistance, queryCount * k, 'bestDistance');
  assertLength(bestIndex, queryCount * k, 'bestIndex');
  for (let query = 0; query < queryCount; query++) {
    for (let row = 0; row < baseCount; row++) {
      if (querySelf[query] === baseStart + row) continue;
      let sum = 0;
      for (let d = 0; d < dims; d++) {
        const difference = queries[query * dims + d]! - base[row * dims + d]!;
        sum += difference * difference;
      }
      insert(bestDistance, bestIndex, query * k, k, Math.fround(sum), baseStart + row);
    }
  }
}

/** Keeps entries [at, at + k) ascending by (distance, index); the free places (Infinity, -1) stay last. */
function insert(distances: Float32Array, indices: Int32Array, at: number, k: number, distance: number, index: number): void {
  if (!(distance < Infinity)) return;
  let place = at + k;
  while (place > at && comesBefore(distance, index, distances[place - 1]!, indices[place - 1]!)) place--;
  if (place === at + k) return;
  distances.copyWithin(place + 1, place, at + k - 1);
  indices.copyWithin(place + 1, place, at + k - 1);
  distances[place] = distance;
  indices[place] = index;
}

function comesBefore(distance: number, index: number, otherDistance: number, otherIndex: number): boolean {
  return distance < otherDistance || (distance === otherDistance && index < otherIndex);
}
