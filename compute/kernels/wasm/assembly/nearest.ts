// Exact nearest neighbours in two steps. A float32 scan finds every base row whose distance could beat a query's worst
// neighbour: |b|^2 - 2 q.b is compared with worst - |q|^2, both moved by the largest rounding error the scan can make, so
// that none is missed. The few that pass are measured again in float64 exactly as the plain set does: same bits.
//
// With n dimensions and u = 2^-24, the scan's error is at most 2 (n + 8) u (|q|^2 + |b|^2); `slack` is that factor.

/** Base rows per panel; a panel holds them dimension by dimension, eight floats each. */
const PANEL: i32 = 8;
/** Queries per group; a group holds -2 q dimension by dimension, four floats each, then four limits (float32) and
 * four lowered squared norms (float64). */
const GROUP: i32 = 4;

/** Squared norms from here on are left to the exact measurement. */
const LARGEST_NORM: f64 = 1e37;

/** Packs base rows [0, count) into panels; `norms` receives lowered squared norms, +Infinity for missing rows. */
export function packPanels(base: usize, count: i32, dims: i32, slack: f64, panels: usize, norms: usize): void {
  const rowBytes = <usize>dims << 2;
  for (let first = 0; first < count; first += PANEL, panels += rowBytes * PANEL, norms += PANEL << 2) {
    const source = base + <usize>first * rowBytes;
    if (first + PANEL <= count) {
      transpose(source, dims, panels);
      transpose(source + 4 * rowBytes, dims, panels + 16);
    } else {
      for (let row = 0; row < PANEL; row++) packOne(first + row < count ? source + <usize>row * rowBytes : 0, dims, panels + (<usize>row << 2));
    }
    panelNorms(panels, dims, slack, norms);
    for (let row = count - first; row < PANEL; row++) store<f32>(norms + (<usize>row << 2), Infinity);
  }
}

/** Four rows to columns of a panel, four dimensions at a time. */
function transpose(rows: usize, dims: i32, to: usize): void {
  const rowBytes = <usize>dims << 2;
  let d = 0;
  for (; d + 4 <= dims; d += 4, rows += 16, to += 16 * PANEL) {
    const a = v128.load(rows);
    const b = v128.load(rows + rowBytes);
    const c = v128.load(rows + 2 * rowBytes);
    const e = v128.load(rows + 3 * rowBytes);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const ce = v128.shuffle<f32>(c, e, 0, 4, 1, 5);
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const ceHigh = v128.shuffle<f32>(c, e, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(ab, ce, 0, 2));
    v128.store(to + 4 * PANEL, v128.shuffle<f64>(ab, ce, 1, 3));
    v128.store(to + 8 * PANEL, v128.shuffle<f64>(abHigh, ceHigh, 0, 2));
    v128.store(to + 12 * PANEL, v128.shuffle<f64>(abHigh, ceHigh, 1, 3));
  }
  for (; d < dims; d++, rows += 4, to += 4 * PANEL) {
    for (let row: usize = 0; row < 4; row++) store<f32>(to + (row << 2), load<f32>(rows + row * rowBytes));
  }
}

/** Lowered squared norms of a panel's rows. Where float32 products could overflow every query measures the row. */
function panelNorms(panel: usize, dims: i32, slack: f64, norms: usize): void {
  let a = f64x2.splat(0), b = a, c = a, e = a;
  for (let d = 0; d < dims; d++, panel += 4 * PANEL) {
    const low = v128.load(panel);
    const high = v128.load(panel, 16);
    a = addSquares(a, f64x2.promote_low_f32x4(low));
    b = addSquares(b, f64x2.promote_low_f32x4(upper(low)));
    c = addSquares(c, f64x2.promote_low_f32x4(high));
    e = addSquares(e, f64x2.promote_low_f32x4(upper(high)));
  }
  lower(a, slack, norms);
  lower(b, slack, norms + 8);
  lower(c, slack, norms + 16);
  lower(e, slack, norms + 24);
}

// @ts-ignore: decorator
@inline
function upper(values: v128): v128 {
  return v128.shuffle<f64>(values, values, 1, 1);
}

// @ts-ignore: decorator
@inline
function addSquares(sum: v128, values: v128): v128 {
  return f64x2.add(sum, f64x2.mul(values, values));
}

// @ts-ignore: decorator
@inline
function lower(pair: v128, slack: f64, norms: usize): void {
  store<f32>(norms, <f32>lowered(f64x2.extract_lane(pair, 0), slack));
  store<f32>(norms + 4, <f32>lowered(f64x2.extract_lane(pair, 1), slack));
}

// @ts-ignore: decorator
@inline
function lowered(norm: f64, slack: f64): f64 {
  return norm < LARGEST_NORM ? norm * (1 - slack) : -Infinity;
}

/** Packs queries [first, first + 4) into one group, limits left open; missing ones become zeros. */
export function packGroup(queries: usize, count: i32, first: i32, dims: i32, slack: f64, group: usize): void {
  const norms = limitsOf(group, dims) + 16;
  for (let lane = 0; lane < GROUP; lane++) {
    const query = first + lane;
    let source = query < count ? queries + ((<usize>query * <usize>dims) << 2) : 0;
    for (let d = 0, to = group + (<usize>lane << 2); d < dims; d++, to += GROUP << 2) {
      store<f32>(to, source ? load<f32>(source) * -2 : 0);
      if (source) source += 4;
    }
  }
  let low = f64x2.splat(0), high = low;
  for (let at = group; at < norms - 16; at += GROUP << 2) {
    const values = v128.load(at);
    low = addSquares(low, f64x2.promote_low_f32x4(values));
    high = addSquares(high, f64x2.promote_low_f32x4(upper(values)));
  }
  // Of doubled coordinates: four times the norms, exactly.
  for (let lane = 0; lane < GROUP; lane++) {
    const pair = lane < 2 ? low : high;
    store<f64>(norms + (<usize>lane << 3), lowered(0.25 * (lane & 1 ? f64x2.extract_lane(pair, 1) : f64x2.extract_lane(pair, 0)), slack));
  }
}

// @ts-ignore: decorator
@inline
function limitsOf(group: usize, dims: i32): usize {
  return group + ((<usize>dims * GROUP) << 2);
}

/** Writes one row's values a panel's width apart; source 0 writes zeros. */
function packOne(source: usize, dims: i32, to: usize): void {
  for (let d = 0; d < dims; d++, to += 4 * PANEL) store<f32>(to, source ? load<f32>(source + (<usize>d << 2)) : 0);
}

/**
 * One block of packed base rows against all queries. `base` are the block's unpacked rows, `baseStart` the index of its
 * first. `group` is scratch for four packed queries.
 */
export function nearest(
  queries: usize, queryCount: i32, querySelf: usize, base: usize, baseCount: i32, baseStart: i32, dims: i32, k: i32,
  bestDistance: usize, bestIndex: usize, panels: usize, norms: usize, group: usize, slack: f64,
): void {
  const panelCount = (baseCount + PANEL - 1) / PANEL;
  for (let first = 0; first < queryCount; first += GROUP) {
    packGroup(queries, queryCount, first, dims, slack, group);
    const limits = limitsOf(group, dims);
    const lanes = min(GROUP, queryCount - first);
    for (let lane = 0; lane < GROUP; lane++) {
      setLimit(limits, lane, lane < lanes, bestDistance + (((<usize>(first + lane) + 1) * <usize>k - 1) << 2));
    }
    for (let panel = 0; panel < panelCount; panel++) {
      const hits = scanPanel(panels + ((<usize>panel * <usize>dims * <usize>PANEL) << 2), norms + ((<usize>panel * PANEL) << 2), group, dims);
      if (hits != 0) {
        takeHits(hits, panel * PANEL, queries, first, lanes, querySelf, base, baseCount, baseStart, dims, k, bestDistance, bestIndex, limits);
      }
    }
  }
}

/** Sets the limit of a lane from its worst neighbour: worst - |q|^2, raised; -Infinity for a missing query. */
export function setLimit(limits: usize, lane: i32, present: bool, worstAt: usize): void {
  // The smallest normal float covers products too small to be represented.
  const limit = present ? <f32>(<f64>load<f32>(worstAt) - load<f64>(limits + 16 + (<usize>lane << 3)) + 1.2e-38) : -Infinity;
  store<f32>(limits + (<usize>lane << 2), limit);
}

/** Bit 8 * lane + row is set when base row `row` of the panel may be a neighbour of query `lane` (NaN counts as maybe). */
export function scanPanel(panel: usize, norms: usize, group: usize, dims: i32): u32 {
  const low = v128.load(norms);
  const high = v128.load(norms, 16);
  let a0 = low, a1 = high, b0 = low, b1 = high, c0 = low, c1 = high, d0 = low, d1 = high;
  const stop = group + ((<usize>dims * GROUP) << 2);
  for (; group < stop; group += GROUP << 2, panel += PANEL << 2) {
    const p0 = v128.load(panel);
    const p1 = v128.load(panel, 16);
    let q = v128.load32_splat(group);
    a0 = f32x4.add(a0, f32x4.mul(q, p0));
    a1 = f32x4.add(a1, f32x4.mul(q, p1));
    q = v128.load32_splat(group, 4);
    b0 = f32x4.add(b0, f32x4.mul(q, p0));
    b1 = f32x4.add(b1, f32x4.mul(q, p1));
    q = v128.load32_splat(group, 8);
    c0 = f32x4.add(c0, f32x4.mul(q, p0));
    c1 = f32x4.add(c1, f32x4.mul(q, p1));
    q = v128.load32_splat(group, 12);
    d0 = f32x4.add(d0, f32x4.mul(q, p0));
    d1 = f32x4.add(d1, f32x4.mul(q, p1));
  }
  // `group` has arrived at the limits.
  const far = v128.and(
    v128.and(beyond(a0, a1, group), beyond(b0, b1, group + 4)),
    v128.and(beyond(c0, c1, group + 8), beyond(d0, d1, group + 12)),
  );
  if (i32x4.all_true(far)) return 0;
  return near(a0, a1, group) | (near(b0, b1, group + 4) << 8) | (near(c0, c1, group + 8) << 16) | (near(d0, d1, group + 12) << 24);
}

// @ts-ignore: decorator
@inline
function beyond(low: v128, high: v128, limitAt: usize): v128 {
  const limit = v128.load32_splat(limitAt);
  return v128.and(f32x4.gt(low, limit), f32x4.gt(high, limit));
}

// @ts-ignore: decorator
@inline
function near(low: v128, high: v128, limitAt: usize): u32 {
  const limit = v128.load32_splat(limitAt);
  return 255 ^ (i32x4.bitmask(f32x4.gt(low, limit)) | (i32x4.bitmask(f32x4.gt(high, limit)) << 4));
}

/** Measures the rows of a panel that passed the scan and inserts those that are nearer. */
export function takeHits(
  hits: u32, firstRow: i32, queries: usize, first: i32, lanes: i32, querySelf: usize, base: usize, baseCount: i32,
  baseStart: i32, dims: i32, k: i32, bestDistance: usize, bestIndex: usize, limits: usize,
): void {
  while (hits != 0) {
    const bit = <i32>ctz(hits);
    hits &= hits - 1;
    const lane = bit >> 3;
    const row = firstRow + (bit & 7);
    if (lane >= lanes || row >= baseCount) continue;
    const query = <usize>(first + lane);
    const index = baseStart + row;
    if (load<i32>(querySelf + (query << 2)) == index) continue;
    const distance = exactDistance(queries + ((query * <usize>dims) << 2), base + ((<usize>row * <usize>dims) << 2), dims);
    const list = (query * <usize>k) << 2;
    if (insert(bestDistance + list, bestIndex + list, k, distance, index)) {
      setLimit(limits, lane, true, bestDistance + list + (<usize>(k - 1) << 2));
    }
  }
}

export function exactDistance(query: usize, row: usize, dims: i32): f32 {
  let sum: f64 = 0;
  for (let d = 0; d < dims; d++) {
    const difference = <f64>load<f32>(query + (<usize>d << 2)) - <f64>load<f32>(row + (<usize>d << 2));
    sum += difference * difference;
  }
  return <f32>sum;
}

/** Keeps the list ascending by (distance, index); returns whether it changed. */
export function insert(distances: usize, indices: usize, k: i32, distance: f32, index: i32): bool {
  if (!(distance < Infinity)) return false;
  let place = k;
  while (place > 0) {
    const before = <usize>(place - 1) << 2;
    const other = load<f32>(distances + before);
    if (!(distance < other || (distance == other && index < load<i32>(indices + before)))) break;
    place--;
  }
  if (place == k) return false;
  const at = <usize>place << 2;
  const moved = <usize>(k - 1 - place) << 2;
  memory.copy(distances + at + 4, distances + at, moved);
  memory.copy(indices + at + 4, indices + at, moved);
  store<f32>(distances + at, distance);
  store<i32>(indices + at, index);
  return true;
}
