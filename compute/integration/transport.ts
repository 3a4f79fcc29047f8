/**
 * Entropic optimal transport of one batch's prototypes to the common ones: where each is carried, on average
 * (unbalanced scaling of Chizat and others 2018). Potentials are kept apart from the scaled kernel, so that no entry underflows.
 */
import type { Rows } from './search.ts';

export interface TransportOptions {
  /** Entropic regularisation, in units of the standard deviation of all costs. */
  readonly reg: number;
  /** How strictly masses are kept; only where unbalanced. */
  readonly regM: number;
  readonly mode: 'unbalanced' | 'balanced';
  /** Costs above this quantile of their row are pushed out of reach. */
  readonly quantile: number;
  /** `plain` repeats the published float32 kernel with its floor; rows far from everything then go to the origin. */
  readonly kernel: 'log' | 'plain';
}

const mostTurns = 1000;
const settled = 1e-6;
const outOfReach = 50;
/** float32's step at 1: the floor of the published kernel. */
const tiny = 1.1920928955078125e-7;
/** Scalings beyond e^this are moved into the potentials. */
const mostScaling = 60;

/** T(B_i) of every row of `from`: row-major from.n x dims. */
export function barycentricMap(from: Rows, to: Rows, options: TransportOptions): Float32Array {
  const cost = normalisedCost(from, to, options.quantile);
  const tau = options.mode === 'balanced' ? 1 : options.regM / (options.regM + options.reg);
  const plan = options.kernel === 'plain' ? plainKernel(cost, from.n, to.n, options.reg, tau) : scaledKernel(cost, from.n, to.n, options.reg, tau);
  return barycentres(plan, from, to, options.kernel === 'plain' ? tiny : 0);
}

/** Squared distances, the far end of each row lifted, in units of the deviation of all of them. */
export function normalisedCost(from: Rows, to: Rows, quantile: number): Float64Array {
  const { dims } = from;
  const rows = from.n;
  const columns = to.n;
  const cost = new Float64Array(rows * columns);
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let squared = 0;
      for (let d = 0; d < dims; d++) {
        const difference = from.values[i * dims + d]! - to.values[j * dims + d]!;
        squared += difference * difference;
      }
      cost[i * columns + j] = squared;
      sum += squared;
    }
  }
  const mean = sum / cost.length;
  let spread = 0;
  for (const value of cost) spread += (value - mean) ** 2;
  const sigma = Math.max(1e-8, Math.sqrt(spread / Math.max(1, cost.length - 1)));
  for (let i = 0; i < rows; i++) {
    const row = cost.subarray(i * columns, (i + 1) * columns);
    const limit = quantileOf(row, quantile);
    for (let j = 0; j < columns; j++) row[j] = (row[j]! > limit ? limit + outOfReach : row[j]!) / sigma;
  }
  return cost;
}

/** Linear interpolation between order statistics, as numpy has it. */
export function quantileOf(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/**
 * Row weights K_ij v_j, each row scaled freely. With potentials f, g the kernel is exp((f_i + g_j - c_ij) / reg), whose
 * rows and columns start with a largest entry of 1; u = e^(f/reg) s, and the update of u becomes one of s.
 */
function scaledKernel(cost: Float64Array, rows: number, columns: number, reg: number, tau: number): Float64Array {
  const f = new Float64Array(rows);
  const g = new Float64Array(columns);
  for (let i = 0; i < rows; i++) f[i] = cost.subarray(i * columns, (i + 1) * columns).reduce((a, b) => Math.min(a, b), Infinity);
  for (let j = 0; j < columns; j++) {
    g[j] = Infinity;
    for (let i = 0; i < rows; i++) g[j] = Math.min(g[j]!, cost[i * columns + j]! - f[i]!);
  }
  const kernel = new Float64Array(rows * columns);
  // v = 1 at the start, whatever the potentials; u is computed first.
  const logS = new Float64Array(rows);
  const logR = g.map((value) => -value / reg);
  const s = new Float64Array(rows);
  const r = new Float64Array(columns);
  const sums = new Float64Array(Math.max(rows, columns));
  const rebuild = (): void => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) kernel[i * columns + j] = Math.exp((f[i]! + g[j]! - cost[i * columns + j]!) / reg);
    }
  };
  const absorb = (): void => {
    for (let i = 0; i < rows; i++) f[i]! += reg * logS[i]!;
    for (let j = 0; j < columns; j++) g[j]! += reg * logR[j]!;
    logS.fill(0);
    logR.fill(0);
    rebuild();
  };
  rebuild();
  const logA = -Math.log(rows);
  const logB = -Math.log(columns);
  for (let turn = 0; turn < mostTurns; turn++) {
    let change = 0;
    if (largest(logR) > mostScaling) absorb();
    for (let j = 0; j < columns; j++) r[j] = Math.exp(logR[j]!);
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += kernel[i * columns + j]! * r[j]!;
      // log u = tau (log a - log(K v)) with log(K v) = log sum - f / reg; log s = log u - f / reg.
      const next = tau * (logA - (sum > 0 ? Math.log(sum) : logSum(cost, i * columns, 1, columns, g, logR, reg, f[i]!)) + f[i]! / reg) - f[i]! / reg;
      change = Math.max(change, Math.abs(next - logS[i]!));
      logS[i] = next;
    }
    if (largest(logS) > mostScaling) absorb();
    for (let i = 0; i < rows; i++) s[i] = Math.exp(logS[i]!);
    sums.fill(0);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) sums[j]! += kernel[i * columns + j]! * s[i]!;
    for (let j = 0; j < columns; j++) {
      const sum = sums[j]!;
      const before = logR[j]!;
      logR[j] = tau * (logB - (sum > 0 ? Math.log(sum) : logSum(cost, j, columns, rows, f, logS, reg, g[j]!)) + g[j]! / reg) - g[j]! / reg;
      change = Math.max(change, Math.abs(logR[j]! - before));
    }
    if (turn > 0 && change < settled) break;
  }
  return rowWeights(cost, rows, columns, g, logR, reg);
}

/** log of sum over l of exp((p + q_l - c) / reg + t_l): for lines whose every entry underflowed. */
function logSum(cost: Float64Array, start: number, step: number, count: number, q: Float64Array, t: Float64Array, reg: number, p: number): number {
  let most = -Infinity;
  for (let l = 0; l < count; l++) most = Math.max(most, (p + q[l]! - cost[start + l * step]!) / reg + t[l]!);
  let sum = 0;
  for (let l = 0; l < count; l++) sum += Math.exp((p + q[l]! - cost[start + l * step]!) / reg + t[l]! - most);
  return most + Math.log(sum);
}

function rowWeights(cost: Float64Array, rows: number, columns: number, g: Float64Array, logR: Float64Array, reg: number): Float64Array {
  const weights = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    let most = -Infinity;
    for (let j = 0; j < columns; j++) most = Math.max(most, (g[j]! - cost[i * columns + j]!) / reg + logR[j]!);
    for (let j = 0; j < columns; j++) weights[i * columns + j] = Math.exp((g[j]! - cost[i * columns + j]!) / reg + logR[j]! - most);
  }
  return weights;
}

function plainKernel(cost: Float64Array, rows: number, columns: number, reg: number, tau: number): Float64Array {
  const kernel = Float32Array.from(cost, (c) => Math.exp(-c / reg));
  const u = new Float32Array(rows).fill(1);
  const v = new Float32Array(columns).fill(1);
  for (let turn = 0; turn < mostTurns; turn++) {
    let change = 0;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += kernel[i * columns + j]! * v[j]!;
      const next = Math.fround((1 / rows / Math.max(sum, tiny)) ** tau);
      change = Math.max(change, Math.abs(Math.log(next) - Math.log(u[i]!)));
      u[i] = next;
    }
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += kernel[i * columns + j]! * u[i]!;
      const next = Math.fround((1 / columns / Math.max(sum, tiny)) ** tau);
      change = Math.max(change, Math.abs(Math.log(next) - Math.log(v[j]!)));
      v[j] = next;
    }
    if (change < settled) break;
  }
  return Float64Array.from(kernel, (k, at) => k * v[at % columns]!);
}

function barycentres(weights: Float64Array, from: Rows, to: Rows, floor: number): Float32Array {
  const { dims } = from;
  const out = new Float32Array(from.n * dims);
  const mean = new Float64Array(dims);
  for (let i = 0; i < from.n; i++) {
    let sum = 0;
    mean.fill(0);
    for (let j = 0; j < to.n; j++) {
      const weight = weights[i * to.n + j]!;
      sum += weight;
      for (let d = 0; d < dims; d++) mean[d]! += weight * to.values[j * dims + d]!;
    }
    const divisor = Math.max(sum, floor);
    for (let d = 0; d < dims; d++) out[i * dims + d] = mean[d]! / divisor;
  }
  return out;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
