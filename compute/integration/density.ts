/** How sparse the surroundings of each row are: the weights that keep rare regions alive when rows are clustered. */
import { createRandom } from '../random/random.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import { gatherRows, nearestRows, type Rows } from './search.ts';

export type DensityMode = 'exact' | 'sampled' | 'off';

const neighbors = 15;
/** Above this many rows, `auto` measures distances to a random reference set instead of to all rows. */
export const exactDensityRows = 50_000;
const referenceRows = 20_000;

export const densityModeFor = (rows: number): DensityMode => (rows > exactDensityRows ? 'sampled' : 'exact');

/** w = m / (mean(m) + 1e-8) + 1e-8 with m the mean distance to the 15 nearest others: larger where cells are few. */
export function densityWeights(rows: Rows, mode: DensityMode, seed: number, kernels: KernelSet, pulse?: () => void): Float64Array {
  const weights = new Float64Array(rows.n).fill(1);
  if (mode === 'off' || rows.n < 2) return weights;
  const sampled = mode === 'sampled' && rows.n > referenceRows;
  const reference = sampled ? gatherRows(rows, drawWithout(rows.n, referenceRows, seed)) : rows;
  // A row of the reference set is its own nearest there: one more is asked for, and distance 0 is left out below.
  const { k, squared } = nearestRows(kernels, rows, reference, neighbors + (sampled ? 1 : 0), !sampled, pulse);
  const wanted = Math.min(neighbors, k);
  let sum = 0;
  for (let row = 0; row < rows.n; row++) {
    const from = row * k + (sampled && squared[row * k] === 0 ? 1 : 0);
    let distance = 0;
    for (let e = from; e < from + wanted; e++) distance += Math.sqrt(squared[e]!);
    weights[row] = distance / Math.max(1, wanted);
    sum += weights[row]!;
  }
  const mean = sum / rows.n + 1e-8;
  return weights.map((m) => m / mean + 1e-8);
}

/** `count` different numbers below n, ascending, each set equally likely. */
export function drawWithout(n: number, count: number, seed: number, stream = 0x6465): Uint32Array {
  if (count >= n) return Uint32Array.from({ length: n }, (_, i) => i);
  const random = createRandom(seed, stream);
  const chosen = new Uint32Array(count);
  let taken = 0;
  for (let row = 0; row < n && taken < count; row++) {
    if (random.uniform() * (n - row) < count - taken) chosen[taken++] = row;
  }
  return chosen;
}
