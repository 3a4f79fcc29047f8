/**
 * Local inverse Simpson's index (Korsunsky and others 2019): how many labels a cell effectively meets among its neighbours,
 * weighted by a kernel whose width is set by a perplexity. 1: only its own; the number of labels: all alike.
 */
/** Neighbours of each row with their plain distances. */
export interface LisiLists {
  readonly k: number;
  readonly indices: Int32Array;
  readonly distances: Float32Array | Float64Array;
}

const tolerance = 1e-5;
const mostTries = 50;

/**
 * One value per row. The reference looks at 3 x perplexity neighbours, the cell itself counted: lists of 89 others for
 * the usual perplexity of 30. Rows whose label is missing (code -1) are NaN; neighbours without one count for no label.
 */
export function lisi(lists: LisiLists, codes: ArrayLike<number>, labels: number, perplexity = 30): Float64Array {
  const { k, indices, distances } = lists;
  const n = k === 0 ? codes.length : indices.length / k;
  const wanted = Math.log(perplexity);
  const weights = new Float64Array(k);
  const mass = new Float64Array(labels);
  const out = new Float64Array(n).fill(Number.NaN);
  for (let row = 0; row < n; row++) {
    if (codes[row]! < 0 || k === 0) continue;
    if (!kernelWeights(distances.subarray(row * k, row * k + k), wanted, weights)) continue;
    mass.fill(0);
    for (let e = 0; e < k; e++) {
      const label = codes[indices[row * k + e]!]!;
      if (label >= 0) mass[label]! += weights[e]!;
    }
    let simpson = 0;
    for (const m of mass) simpson += m * m;
    out[row] = simpson > 0 ? 1 / simpson : Number.NaN;
  }
  return out;
}

/** Weights exp(-distance beta), summing to 1, with beta bisected until their entropy is the wanted one. False when all vanish. */
function kernelWeights(distances: Float32Array | Float64Array, wanted: number, weights: Float64Array): boolean {
  let beta = 1;
  let low = -Infinity;
  let high = Infinity;
  let entropy = fill(distances, beta, weights);
  for (let turn = 0; turn < mostTries; turn++) {
    const difference = entropy - wanted;
    if (Math.abs(difference) < tolerance) break;
    if (difference > 0) {
      low = beta;
      beta = high === Infinity ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = low === -Infinity ? beta / 2 : (beta + low) / 2;
    }
    entropy = fill(distances, beta, weights);
  }
  return entropy !== 0 || weights.some((w) => w > 0);
}

function fill(distances: Float32Array | Float64Array, beta: number, weights: Float64Array): number {
  let sum = 0;
  let weighted = 0;
  for (let e = 0; e < weights.length; e++) {
    weights[e] = Math.exp(-distances[e]! * beta);
    sum += weights[e]!;
    weighted += distances[e]! * weights[e]!;
  }
  if (sum === 0) {
    weights.fill(0);
    return 0;
  }
  for (let e = 0; e < weights.length; e++) weights[e]! /= sum;
  return Math.log(sum) + (beta * weighted) / sum;
}

/** Mean over the rows that have a value; NaN when none has. */
export function meanOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((a, b) => a + b, 0) / known.length;
}
