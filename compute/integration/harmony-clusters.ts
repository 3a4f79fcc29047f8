/** Harmony's soft clusters: cells belong to near centres, less to those where their batch is common already. */
import type { Random } from '../random/random.ts';

/** Of one Harmony. */
export interface State {
  readonly n: number;
  readonly dims: number;
  readonly K: number;
  readonly B: number;
  readonly codes: ArrayLike<number>;
  /** Rows of length 1, n x dims. */
  readonly unit: Float32Array;
  /** Membership of every cell in every cluster, n x K. */
  readonly R: Float32Array;
  /** K x dims, rows of length 1. */
  readonly Y: Float64Array;
  /** Membership per cluster and batch, K x B, and per cluster; its share of a batch is what one would expect there. */
  readonly O: Float64Array;
  readonly mass: Float64Array;
  readonly share: Float64Array;
}

export interface ClusterOptions {
  readonly theta: number;
  readonly sigma: number;
}

export const mostRounds = 20;
const blockShare = 0.05;
const settledClusters = 1e-5;
const window = 3;

export function normaliseRows(Y: Float64Array, K: number, dims: number): void {
  for (let k = 0; k < K; k++) {
    const length = Math.hypot(...Y.subarray(k * dims, (k + 1) * dims)) || 1;
    for (let at = k * dims; at < (k + 1) * dims; at++) Y[at]! /= length;
  }
}

/** 2 (1 - cos) of one cell to every cluster; `cell` is room for its coordinates. Four clusters at a time: what a cell has is read once for them. */
function distances({ unit, Y, K, dims }: State, row: number, cell: Float64Array, out: Float64Array): void {
  for (let d = 0; d < dims; d++) cell[d] = unit[row * dims + d]!;
  let k = 0;
  for (; k + 4 <= K; k += 4) {
    let [a, b, c, e] = [0, 0, 0, 0];
    const at = k * dims;
    for (let d = 0; d < dims; d++) {
      const x = cell[d]!;
      a += x * Y[at + d]!;
      b += x * Y[at + dims + d]!;
      c += x * Y[at + 2 * dims + d]!;
      e += x * Y[at + 3 * dims + d]!;
    }
    out[k] = 2 * (1 - a);
    out[k + 1] = 2 * (1 - b);
    out[k + 2] = 2 * (1 - c);
    out[k + 3] = 2 * (1 - e);
  }
  for (; k < K; k++) {
    let dot = 0;
    for (let d = 0; d < dims; d++) dot += cell[d]! * Y[k * dims + d]!;
    out[k] = 2 * (1 - dot);
  }
}

/** Plain soft clusters, before batches matter; returns the objective. */
export function memberships(state: State, { theta, sigma }: ClusterOptions): number {
  const { n, dims, K, B, O, mass, codes } = state;
  const [cell, far, weight] = [new Float64Array(dims), new Float64Array(K), new Float64Array(K)];
  O.fill(0);
  mass.fill(0);
  let sum = 0;
  for (let row = 0; row < n; row++) {
    distances(state, row, cell, far);
    soften(far, sigma, weight);
    sum += settle(state, row, far, weight, sigma);
    for (let k = 0; k < K; k++) {
      const r = state.R[row * K + k]!;
      O[k * B + codes[row]!]! += r;
      mass[k]! += r;
    }
  }
  return sum + unevenness(state, theta, sigma);
}

/** exp(-distance / sigma), scaled so that the nearest cluster has 1. */
function soften(far: Float64Array, sigma: number, out: Float64Array): void {
  let least = Infinity;
  for (const distance of far) least = Math.min(least, distance);
  for (let k = 0; k < out.length; k++) out[k] = Math.exp((least - far[k]!) / sigma);
}

/** Makes weights the memberships of a cell; returns its part of the objective: distances, and entropy of the memberships. */
function settle({ R, K }: State, row: number, far: Float64Array, weight: Float64Array, sigma: number): number {
  let total = 0;
  for (let k = 0; k < K; k++) total += weight[k]!;
  let sum = 0;
  for (let k = 0; k < K; k++) {
    const r = weight[k]! / total;
    R[row * K + k] = r;
    if (r > 0) sum += r * (far[k]! + sigma * Math.log(r));
  }
  return sum;
}

/** The objective's penalty for clusters that hold batches unequally: what every cell has of it, added up by cluster and batch. */
function unevenness({ O, mass, share, B }: State, theta: number, sigma: number): number {
  let sum = 0;
  O.forEach((o, at) => (sum += o * sigma * theta * Math.log((o + 1) / (mass[Math.floor(at / B)]! * share[at % B]! + 1))));
  return sum;
}

/** Rounds of centres and memberships until the objective hardly falls; returns the objective. */
export function cluster(state: State, options: ClusterOptions, random: Random, pulse: (round: number) => void): number {
  const { n, dims, K, Y } = state;
  const history: number[] = [];
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let round = 0; round < mostRounds; round++) {
    pulse(round);
    moveCenters(state);
    normaliseRows(Y, K, dims);
    for (let i = n - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    history.push(updateMemberships(state, options, order));
    if (round > window && settledBy(history)) break;
  }
  return history.at(-1)!;
}

/** Sums of the cells by membership, four cells at a time: a cluster's sum is read and written once for them. */
function moveCenters({ n, dims, K, R, Y, unit }: State): void {
  Y.fill(0);
  const cells = new Float64Array(4 * dims);
  for (let row = 0; row < n; row += 4) {
    const rows = Math.min(4, n - row);
    cells.fill(0);
    for (let at = 0; at < rows * dims; at++) cells[at] = unit[row * dims + at]!;
    for (let k = 0; k < K; k++) {
      const at = row * K + k;
      const a = R[at]!;
      const b = rows > 1 ? R[at + K]! : 0;
      const c = rows > 2 ? R[at + 2 * K]! : 0;
      const e = rows > 3 ? R[at + 3 * K]! : 0;
      if (a + b + c + e < 1e-12) continue;
      for (let d = 0; d < dims; d++) Y[k * dims + d]! += a * cells[d]! + b * cells[dims + d]! + c * cells[2 * dims + d]! + e * cells[3 * dims + d]!;
    }
  }
}

function settledBy(history: readonly number[]): boolean {
  const sum = (end: number): number => history.slice(end - window, end).reduce((a, b) => a + b, 0);
  const before = sum(history.length - 1);
  return Math.abs(before - sum(history.length)) / Math.abs(before) < settledClusters;
}

/** Block by block: a block's cells are taken out of the counts, placed anew against what is left, and counted again. Returns the objective. */
function updateMemberships(state: State, { theta, sigma }: ClusterOptions, order: Int32Array): number {
  const { n, dims, K, B, R, O, mass, codes, share } = state;
  const blockRows = Math.max(1, Math.ceil(n * blockShare));
  const [cell, far, weight] = [new Float64Array(dims), new Float64Array(K), new Float64Array(K)];
  /** By batch and cluster. */
  const penalty = new Float64Array(K * B);
  let sum = 0;
  const count = (row: number, sign: number): void => {
    for (let k = 0; k < K; k++) {
      const r = sign * R[row * K + k]!;
      O[k * B + codes[row]!]! += r;
      mass[k]! += r;
    }
  };
  for (let start = 0; start < n; start += blockRows) {
    const block = order.subarray(start, Math.min(n, start + blockRows));
    for (const row of block) count(row, -1);
    for (let b = 0; b < B; b++) for (let k = 0; k < K; k++) penalty[b * K + k] = ((mass[k]! * share[b]! + 1) / (O[k * B + b]! + 1)) ** theta;
    for (const row of block) {
      distances(state, row, cell, far);
      soften(far, sigma, weight);
      for (let k = 0; k < K; k++) weight[k]! *= penalty[codes[row]! * K + k]!;
      sum += settle(state, row, far, weight, sigma);
    }
    for (const row of block) count(row, 1);
  }
  return sum + unevenness(state, theta, sigma);
}
