/**
 * Exact nearest rows with fewer comparisons: rows are kept in lists around common centres, and a list is passed over when
 * the triangle inequality says that nothing in it can be near enough. With `probes` only the first lists are looked at.
 */
import type { KernelSet } from '../kernels/kernels.ts';
import { miniBatchKMeans } from './kmeans.ts';
import { nearestRows, type Nearest, type Rows } from './search.ts';

/** Structured-cloneable; rows lie on shared memory when the caller's did. */
export interface RowLists {
  /** Rows sorted by list. */
  readonly rows: Rows;
  /** Place in `rows` -> the caller's row. */
  readonly order: Int32Array;
  /** Lists + 1 offsets into `rows`. */
  readonly starts: Int32Array;
  readonly centers: Rows;
  /** Largest distance of a member from its centre. */
  readonly radius: Float64Array;
}

const tileRows = 128;
/** Rounding of float32 distances must never make a bound too tight. */
const slack = 1e-4;

/** List of each row, about `lists` of them (default: the square root of the rows). */
export function partition(rows: Rows, kernels: KernelSet, seed: number, lists = Math.round(Math.sqrt(rows.n))): Int32Array {
  return miniBatchKMeans(rows, kernels, { clusters: Math.max(2, Math.min(lists, rows.n)), seed, weights: null }).nearest;
}

/** Sorts rows into the lists of a partition; empty lists fall away. `values` receives the sorted rows. */
export function makeLists({ values, n, dims }: Rows, listOf: Int32Array, sorted: Float32Array): RowLists {
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => listOf[a]! - listOf[b]! || a - b);
  const starts: number[] = [];
  order.forEach((row, place) => {
    if (place === 0 || listOf[row] !== listOf[order[place - 1]!]) starts.push(place);
    sorted.set(values.subarray(row * dims, (row + 1) * dims), place * dims);
  });
  const count = starts.length;
  starts.push(n);
  const centers = new Float32Array(count * dims);
  const radius = new Float64Array(count);
  for (let list = 0; list < count; list++) {
    const [start, end] = [starts[list]!, starts[list + 1]!];
    for (let at = start * dims; at < end * dims; at++) centers[list * dims + (at % dims)]! += sorted[at]! / (end - start);
    for (let place = start; place < end; place++) radius[list] = Math.max(radius[list]!, distance(sorted, place, centers, list, dims));
  }
  return { rows: { values: sorted, n, dims }, order, starts: Int32Array.from(starts), centers: { values: centers, n: count, dims }, radius };
}

function distance(a: Float32Array, row: number, b: Float32Array, other: number, dims: number): number {
  let squared = 0;
  for (let d = 0; d < dims; d++) squared += (a[row * dims + d]! - b[other * dims + d]!) ** 2;
  return Math.sqrt(squared);
}

export interface ListSearch {
  readonly k: number;
  /** Place in lists.rows of each query, which is then not its own neighbour; null: queries are other rows. */
  readonly self: Int32Array | null;
  /** Lists to look at; null: as many as exactness asks for. */
  readonly probes: number | null;
  readonly pulse?: (done: number) => void;
}

/** The nearest rows as the caller numbers them; equal distances in order of that number. */
export function searchLists(lists: RowLists, queries: Rows, { k: wanted, self, probes, pulse }: ListSearch, kernels: KernelSet): Nearest {
  const { dims } = queries;
  const k = Math.max(0, Math.min(wanted, lists.rows.n - (self ? 1 : 0)));
  const found: Nearest = { k, indices: new Int32Array(queries.n * k), squared: new Float32Array(queries.n * k) };
  if (k === 0 || queries.n === 0) return found;
  const home = nearestRows(kernels, queries, lists.centers, 1);
  const sequence = Int32Array.from({ length: queries.n }, (_, q) => q).sort((a, b) => home.indices[a]! - home.indices[b]! || home.squared[a]! - home.squared[b]! || a - b);
  const { arena } = kernels;
  const tile = arena.float32(tileRows * dims);
  const own = arena.int32(tileRows);
  const bestIndex = arena.int32(tileRows * k);
  const bestDistance = arena.float32(tileRows * k);
  let visits = visitsFrom(lists, home.indices[sequence[0]!]!);
  try {
    for (let start = 0; start < queries.n;) {
      const list = home.indices[sequence[start]!]!;
      let count = 1;
      while (count < tileRows && start + count < queries.n && home.indices[sequence[start + count]!] === list) count++;
      if (visits.from !== list) visits = visitsFrom(lists, list);
      for (let q = 0; q < count; q++) {
        const query = sequence[start + q]!;
        tile.set(queries.values.subarray(query * dims, (query + 1) * dims), q * dims);
        own[q] = self ? self[query]! : -1;
      }
      bestIndex.fill(-1);
      bestDistance.fill(Infinity);
      const reach = Math.sqrt(home.squared[sequence[start + count - 1]!]!);
      visitLists(lists, visits, reach, probes, (place, rows) => {
        kernels.nearest(tile, count, own, lists.rows.values.subarray(place * dims, (place + rows) * dims), rows, place, dims, k, bestDistance, bestIndex);
        let worst = 0;
        for (let q = 0; q < count; q++) worst = Math.max(worst, bestDistance[q * k + k - 1]!);
        return Math.sqrt(worst);
      });
      for (let q = 0; q < count; q++) collect(found, sequence[start + q]!, bestIndex.subarray(q * k, (q + 1) * k), bestDistance.subarray(q * k, (q + 1) * k), lists.order);
      start += count;
      pulse?.(start);
    }
  } finally {
    for (const array of [tile, own, bestIndex, bestDistance]) arena.release(array);
  }
  return found;
}

interface Visits {
  readonly from: number;
  /** Lists by the least distance that their rows can have from the centre they are seen from. */
  readonly lists: Int32Array;
  readonly gaps: Float64Array;
}

function visitsFrom({ centers, radius }: RowLists, from: number): Visits {
  const gaps = Float64Array.from(radius, (r, list) => (list === from ? -Infinity : distance(centers.values, list, centers.values, from, centers.dims) - r));
  const lists = Int32Array.from(gaps.keys()).sort((a, b) => gaps[a]! - gaps[b]! || a - b);
  return { from, lists, gaps };
}

/** Visits lists until none can hold anything nearer than the worst distance that `search` returns. */
function visitLists({ starts }: RowLists, { lists, gaps }: Visits, reach: number, probes: number | null, search: (place: number, rows: number) => number): void {
  let worst = Infinity;
  for (let visit = 0; visit < lists.length; visit++) {
    const list = lists[visit]!;
    if (gaps[list]! - reach > worst * (1 + slack)) return;
    if (probes !== null && visit >= probes && worst < Infinity) return;
    worst = search(starts[list]!, starts[list + 1]! - starts[list]!);
  }
}

function collect(found: Nearest, query: number, places: Int32Array, squared: Float32Array, order: Int32Array): void {
  const at = query * found.k;
  for (let e = 0; e < found.k; e++) {
    const row = order[places[e]!]!;
    let slot = at + e;
    for (; slot > at && found.squared[slot - 1] === squared[e] && found.indices[slot - 1]! > row; slot--) found.indices[slot] = found.indices[slot - 1]!;
    found.indices[slot] = row;
    found.squared[at + e] = squared[e]!;
  }
}
