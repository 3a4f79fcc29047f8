// Gram matrix of a tile. Entries are first ordered by gene (a stable counting sort over the tile); then, gene by gene,
// every row that has the gene adds its later entries to that gene's row of the matrix, which stays in L1 meanwhile. Each
// cell still receives its float64 terms in row order: the result equals the plain set's bit for bit.
import { rowIsSound } from './rows';

/** -1 when all rows are sound, else the first that is not. */
export function firstUnsound(indptr: usize, indices: usize, rows: i32, limit: i32, genes: i32): i32 {
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(indices, start, end, limit, genes)) return row;
  }
  return -1;
}

/**
 * Lists all entries gene by gene, rows ascending: entries (position, row) as pairs of i32; gene g's lie in
 * [starts[g], starts[g + 1]). `starts` has genes + 2 places.
 */
export function orderByGene(indptr: usize, indices: usize, rows: i32, genes: i32, starts: usize, entries: usize): void {
  memory.fill(starts, 0, (<usize>genes + 2) << 2);
  const first = load<i32>(indptr);
  const last = load<i32>(indptr + (<usize>rows << 2));
  for (let p = first; p < last; p++) {
    const at = starts + (<usize>load<u32>(indices + (<usize>p << 2)) << 2);
    store<i32>(at, load<i32>(at, 8) + 1, 8);
  }
  // starts[g + 1] is gene g's cursor while entries are placed, and its end afterwards.
  for (let g = 0; g < genes; g++) {
    const at = starts + (<usize>g << 2);
    store<i32>(at, load<i32>(at, 4) + load<i32>(at, 8), 8);
  }
  for (let row = 0; row < rows; row++) {
    placeRow(row, load<i32>(indptr + (<usize>row << 2)), load<i32>(indptr + (<usize>row << 2), 4), indices, starts, entries);
  }
}

export function placeRow(row: i32, start: i32, end: i32, indices: usize, starts: usize, entries: usize): void {
  for (let p = start; p < end; p++) {
    const cursor = starts + (<usize>load<u32>(indices + (<usize>p << 2)) << 2);
    const place = load<i32>(cursor, 4);
    store<i32>(cursor, place + 1, 4);
    const at = entries + (<usize>place << 3);
    store<i32>(at, p);
    store<i32>(at, row, 4);
  }
}

/**
 * Copies the rows with ascending ids: `pairs` receives (8 * gene, value) at the offsets of `indptr` less indptr[0], and
 * the positions in `entries` become positions in `pairs`. `cursors` has one place per row.
 */
export function sortRows(
  indptr: usize, values: usize, rows: i32, genes: i32, starts: usize, entries: usize, cursors: usize, pairs: usize,
): void {
  const first = load<i32>(indptr);
  for (let row = 0; row < rows; row++) {
    store<i32>(cursors + (<usize>row << 2), load<i32>(indptr + (<usize>row << 2)) - first);
  }
  for (let g = 0; g < genes; g++) {
    const end = load<i32>(starts + (<usize>g << 2), 4);
    for (let e = load<i32>(starts + (<usize>g << 2)); e < end; e++) {
      const at = entries + (<usize>e << 3);
      const cursor = cursors + (<usize>load<i32>(at, 4) << 2);
      const place = load<i32>(cursor);
      store<i32>(cursor, place + 1);
      store<i32>(pairs + (<usize>place << 3), g << 3);
      store<f32>(pairs + (<usize>place << 3), load<f32>(values + (<usize>load<i32>(at) << 2)), 4);
      store<i32>(at, place);
    }
  }
}

/** `ends` are the cursors after sortRows: where each row ends in `pairs`. */
export function gramByGene(
  genes: i32, starts: usize, entries: usize, ends: usize, pairs: usize, gram: usize, sum: usize,
): void {
  for (let g = 0; g < genes; g++) {
    const start = load<i32>(starts + (<usize>g << 2));
    const end = load<i32>(starts + (<usize>g << 2), 4);
    if (start == end) continue;
    addGene(
      entries + (<usize>start << 3), entries + (<usize>end << 3), ends, pairs,
      gram + ((<usize>g * <usize>genes) << 3), sum + (<usize>g << 3),
    );
  }
}

export function addGene(entry: usize, stop: usize, ends: usize, pairs: usize, gramRow: usize, sumAt: usize): void {
  let sum = load<f64>(sumAt);
  for (; entry < stop; entry += 8) {
    let at = pairs + (<usize>load<i32>(entry) << 3);
    const end = pairs + (<usize>load<i32>(ends + (<usize>load<i32>(entry, 4) << 2)) << 3);
    const z = <f64>load<f32>(at, 4);
    sum += z;
    for (; at + 32 <= end; at += 32) {
      addTerm(gramRow + load<u32>(at), z * <f64>load<f32>(at, 4));
      addTerm(gramRow + load<u32>(at, 8), z * <f64>load<f32>(at, 12));
      addTerm(gramRow + load<u32>(at, 16), z * <f64>load<f32>(at, 20));
      addTerm(gramRow + load<u32>(at, 24), z * <f64>load<f32>(at, 28));
    }
    for (; at < end; at += 8) addTerm(gramRow + load<u32>(at), z * <f64>load<f32>(at, 4));
  }
  store<f64>(sumAt, sum);
}

// @ts-ignore: decorator
@inline
function addTerm(at: usize, term: f64): void {
  store<f64>(at, load<f64>(at) + term);
}
