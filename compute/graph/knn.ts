/** What a nearest-neighbour search yields, and the preparation of points that turns every metric into squared euclidean. */

export type Metric = 'euclidean' | 'cosine';

/**
 * The k nearest other points of each row, nearest first: entries [row * k, row * k + k). The row itself is never among
 * them; equal distances stand in order of the index. Distances are euclidean lengths, or 1 - cosine.
 */
export interface Knn {
  readonly k: number;
  readonly indices: Int32Array;
  readonly distances: Float32Array;
}

/** Row-major points in which squared euclidean distance orders neighbours as the metric does. */
export interface Prepared {
  readonly points: Float32Array;
  readonly dims: number;
  /** Turns a squared euclidean distance of these points into the metric's own distance. */
  readonly distance: (squared: number) => number;
}

/**
 * Euclidean: the points themselves, not copied. Cosine: rows of length 1, where |x - y|^2 = 2 (1 - cos). A row of zeros has
 * no direction; a further dimension places it at cosine distance 1 from every row that has one.
 */
export function prepareMetric(points: Float32Array, n: number, dims: number, metric: Metric): Prepared {
  if (metric === 'euclidean') return { points, dims, distance: Math.sqrt };
  const lengths = new Float64Array(n);
  let zeroRows = 0;
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let d = 0; d < dims; d++) sum += points[row * dims + d]! ** 2;
    lengths[row] = Math.sqrt(sum);
    if (sum === 0) zeroRows++;
  }
  const wide = zeroRows > 0 ? dims + 1 : dims;
  const unit = new Float32Array(n * wide);
  for (let row = 0; row < n; row++) {
    const length = lengths[row]!;
    if (length === 0) unit[row * wide + dims] = 1;
    else for (let d = 0; d < dims; d++) unit[row * wide + d] = points[row * dims + d]! / length;
  }
  return { points: unit, dims: wide, distance: (squared) => squared / 2 };
}
