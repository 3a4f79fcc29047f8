// Per-gene sums. Two float64 sums of a gene lie side by side (`pairs`), so that one vector add and one cache line serve
// both. Every sum receives its terms in stored order: the results equal the plain set's bit for bit.
import { rowIsSound } from './rows';

/** pairs[2g] = first[g], pairs[2g + 1] = second[g]. */
export function weave(first: usize, second: usize, genes: i32, pairs: usize): void {
  for (let g = 0; g < genes; g++) {
    store<f64>(pairs + (<usize>g << 4), load<f64>(first + (<usize>g << 3)));
    store<f64>(pairs + (<usize>g << 4), load<f64>(second + (<usize>g << 3)), 8);
  }
}

export function unweave(pairs: usize, genes: i32, first: usize, second: usize): void {
  for (let g = 0; g < genes; g++) {
    store<f64>(first + (<usize>g << 3), load<f64>(pairs + (<usize>g << 4)));
    store<f64>(second + (<usize>g << 3), load<f64>(pairs + (<usize>g << 4), 8));
  }
}

// @ts-ignore: decorator
@inline
function addPair(at: usize, term: v128): void {
  v128.store(at, f64x2.add(v128.load(at), term));
}

// @ts-ignore: decorator
@inline
function pairAt(pairs: usize, idAt: usize): usize {
  return pairs + (<usize>load<u32>(idAt) << 4);
}

/** The vector [e, e * e]. */
// @ts-ignore: decorator
@inline
function withSquare(e: f64): v128 {
  return f64x2.mul(f64x2.splat(e), f64x2.replace_lane(f64x2.splat(1), 1, e));
}

/** The vector [1 or 0, value]. */
// @ts-ignore: decorator
@inline
function withPresence(value: f32): v128 {
  return f64x2.replace_lane(f64x2.splat(<f64>value), 0, <f64>i32(value != 0));
}

/** keep = 0 keeps all rows. Returns -1 or the first unsound row; so do all functions of this file that return i32. */
export function geneStats(
  indptr: usize, indices: usize, values: usize, rows: i32, limit: i32, keep: usize, genes: i32, pairs: usize,
): i32 {
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(indices, start, end, limit, genes)) return row;
    if (keep && load<u8>(keep + row) != 1) continue;
    addPresence(indices + (<usize>start << 2), values + (<usize>start << 2), values + (<usize>end << 2), pairs);
  }
  return -1;
}

export function addPresence(idAt: usize, at: usize, stop: usize, pairs: usize): void {
  for (; at + 8 <= stop; at += 8, idAt += 8) {
    addPair(pairAt(pairs, idAt), withPresence(load<f32>(at)));
    addPair(pairAt(pairs, idAt + 4), withPresence(load<f32>(at, 4)));
  }
  if (at < stop) addPair(pairAt(pairs, idAt), withPresence(load<f32>(at)));
}

export function moments(
  indptr: usize, indices: usize, values: usize, rows: i32, limit: i32, factors: usize, genes: i32, pairs: usize,
): i32 {
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(indices, start, end, limit, genes)) return row;
    const factor = load<f64>(factors + (<usize>row << 3));
    if (factor == 0) continue;
    addScaled(indices + (<usize>start << 2), values + (<usize>start << 2), values + (<usize>end << 2), factor, pairs);
  }
  return -1;
}

export function addScaled(idAt: usize, at: usize, stop: usize, factor: f64, pairs: usize): void {
  for (; at + 8 <= stop; at += 8, idAt += 8) {
    addPair(pairAt(pairs, idAt), withSquare(<f64>load<f32>(at) * factor));
    addPair(pairAt(pairs, idAt + 4), withSquare(<f64>load<f32>(at, 4) * factor));
  }
  if (at < stop) addPair(pairAt(pairs, idAt), withSquare(<f64>load<f32>(at) * factor));
}

export function clippedMoments(
  indptr: usize, indices: usize, values: usize, rows: i32, limit: i32, keep: usize, clip: usize, genes: i32, pairs: usize,
): i32 {
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(indices, start, end, limit, genes)) return row;
    if (keep && load<u8>(keep + row) != 1) continue;
    addClipped(indices + (<usize>start << 2), values + (<usize>start << 2), values + (<usize>end << 2), clip, pairs);
  }
  return -1;
}

export function addClipped(idAt: usize, at: usize, stop: usize, clip: usize, pairs: usize): void {
  for (; at < stop; at += 4, idAt += 4) {
    const gene = <usize>load<u32>(idAt);
    const value = <f64>load<f32>(at);
    const most = load<f64>(clip + (gene << 3));
    // Not min(): its rules for NaN and signed zeros cost more than all the rest.
    addPair(pairs + (gene << 4), withSquare(value > most ? most : value));
  }
}
