/** Bytes per cell of the in-memory steps: one rule for the sample size and for their plans. */

/** X_pca, both neighbour arrays, the symmetric graph and the layout of UMAP and Leiden together. */
export function graphBytesPerCell(dims: number, neighbors: number): number {
  return neighborsBytesPerCell(dims, neighbors) + Math.max(umapBytesPerCell(neighbors), leidenBytesPerCell(neighbors));
}

/** Points (twice: as read and in the search structure), ids and distances, then the symmetric graph. */
export function neighborsBytesPerCell(dims: number, neighbors: number): number {
  return 2 * 4 * dims + 2 * 8 * neighbors + 2 * 12 * neighbors;
}

export function umapBytesPerCell(neighbors: number): number {
  return 2 * neighbors * 20 + 64;
}

export function leidenBytesPerCell(neighbors: number): number {
  return 2 * neighbors * 24 + 96;
}
