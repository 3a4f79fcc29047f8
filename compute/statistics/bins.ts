/**
 * Equal-width, right-closed bins as pandas.cut makes them: the seurat flavour of hvg compares genes within such bins,
 * and a gene on an edge must fall on the same side as in the reference.
 */

/**
 * Edges (count + 1, ascending) over the range of `values`. The first edge is lowered by 0.1 % of the range so that the
 * least value is inside; equal values get a range of 0.1 % to both sides. Values must be finite.
 */
export function binEdges(values: Float64Array, count: number): Float64Array {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const edges = new Float64Array(count + 1);
  if (values.length === 0) return edges;
  const flat = least === most;
  if (flat) {
    const margin = least === 0 ? 0.001 : 0.001 * Math.abs(least);
    least -= margin;
    most += margin;
  }
  // start + i * step, with the last edge set to the maximum itself: numpy.linspace rounds this way
  const step = (most - least) / count;
  for (let i = 0; i < count; i++) edges[i] = least + i * step;
  edges[count] = most;
  if (!flat) edges[0] = least - 0.001 * (most - least);
  return edges;
}

/** Bin k of each value: edges[k] < value <= edges[k + 1]. */
export function binOf(values: Float64Array, edges: Float64Array): Int32Array {
  return Int32Array.from(values, (value) => {
    let low = 0;
    let high = edges.length - 1;
    // first edge at or above the value
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle]! < value) low = middle + 1;
      else high = middle;
    }
    // a range too small to lower the first edge (rounding): the least value still belongs to the first bin
    return Math.max(0, low - 1);
  });
}
