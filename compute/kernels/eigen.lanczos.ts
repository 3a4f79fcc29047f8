/**
 * The largest eigenpairs of a symmetric operator by thick-restart Lanczos (Wu and Simon 2000) with full
 * reorthogonalisation. A Krylov space holds one vector of each eigenspace only: copies of repeated eigenvalues are found
 * by going on from a new random direction after convergence, until that brings nothing new.
 */
import { addRows, basisRow, createBasis, norm, orthogonalise, scale } from './eigen.basis.ts';
import type { Basis } from './eigen.basis.ts';
import { denseEigen } from './eigen.dense.ts';
import type { EigenPairs } from './eigen.dense.ts';
import type { Random } from '../random/random.ts';

export interface LanczosTask {
  /** Order of the operator; more than basisRows. */
  readonly g: number;
  readonly k: number;
  /** Rows of the basis, more than k + 2. */
  readonly basisRows: number;
  /** y = C x. */
  readonly apply: (x: Float64Array, y: Float64Array) => void;
  readonly random: Random;
  /** Allowed residual relative to the norm of C. */
  readonly tolerance: number;
  /** Products with the operator before giving up. */
  readonly productLimit: number;
  readonly report: (convergedPairs: number) => void;
}

/** A basis of `kept` Ritz vectors and one direction to go on from; `projected` is C seen in it (m x m). */
interface State {
  basis: Basis;
  spare: Basis;
  readonly projected: Float64Array;
  kept: number;
}

/** Null when the limit of products came first. */
export function lanczos(task: LanczosTask): EigenPairs | null {
  const { g, k, basisRows: m, tolerance } = task;
  const state: State = { basis: createBasis(m + 1, g), spare: createBasis(m + 1, g), projected: new Float64Array(m * m), kept: 0 };
  drawDirection(task, state.basis, 0);
  let confirmed: Float64Array | null = null;
  let products = 0;
  while (products + m - state.kept <= task.productLimit) {
    products += m - state.kept;
    const last = expand(task, state);
    const ritz = denseEigen(state.projected, m, m);
    const allowed = tolerance * Math.max(Math.abs(ritz.values[0]!), Math.abs(ritz.values[m - 1]!));
    const residual = (i: number): number => Math.abs(last * ritz.vectors[i * m + m - 1]!);
    let converged = 0;
    while (converged < k && residual(converged) <= allowed) converged++;
    task.report(converged);

    if (converged === k && confirmed && isUnchanged(confirmed, ritz.values, allowed)) {
      // Nothing new from the last random direction: done once the next value surely lies below the wanted ones.
      const uncertainty = residual(k);
      if (uncertainty <= allowed || ritz.values[k]! + uncertainty <= ritz.values[k - 1]!) {
        compress(state, ritz, k);
        return { values: ritz.values.slice(0, k), vectors: state.basis.rows.slice(0, k * g) };
      }
      restart(state, ritz, last, k + Math.floor((m - k) * 0.4));
    } else if (converged === k) {
      confirmed = ritz.values.slice(0, k);
      compress(state, ritz, k);
      drawDirection(task, state.basis, k);
    } else {
      restart(state, ritz, last, k + Math.floor((m - k) * 0.4));
    }
  }
  return null;
}

/** Fills the basis up to m rows plus the next direction; returns the coupling of the last row to that direction. */
function expand(task: LanczosTask, { basis, projected, kept }: State): number {
  const m = task.basisRows;
  const overlaps = new Float64Array(m);
  const once = new Float64Array(m);
  let size = 0;
  let coupling = 0;
  for (let j = kept; j < m; j++) {
    const next = basisRow(basis, j + 1);
    task.apply(basisRow(basis, j), next);
    size = Math.max(size, norm(next));
    coupling = orthogonalise(basis, j + 1, next, overlaps, once);
    projected[j * m + j] = overlaps[j]!;
    if (coupling <= 1e-14 * size) {
      // The space is invariant: what is left is rounding. Go on from anywhere outside it.
      coupling = 0;
      drawDirection(task, basis, j + 1);
    } else {
      scale(next, 1 / coupling);
    }
    if (j + 1 < m) projected[j * m + j + 1] = projected[(j + 1) * m + j] = coupling;
  }
  return coupling;
}

/** Writes a random unit vector orthogonal to the first `count` rows to row `count`. */
function drawDirection(task: LanczosTask, basis: Basis, count: number): void {
  const vector = basisRow(basis, count);
  const room = new Float64Array(count);
  for (let i = 0; i < vector.length; i++) vector[i] = task.random.normal();
  scale(vector, 1 / norm(vector));
  scale(vector, 1 / orthogonalise(basis, count, vector, room, room.slice()));
}

/** Goes on with the `count` leading Ritz vectors and the direction that the expansion arrived at. */
function restart(state: State, ritz: EigenPairs, last: number, count: number): void {
  const m = ritz.values.length;
  const direction = basisRow(state.basis, m).slice();
  compress(state, ritz, count);
  basisRow(state.basis, count).set(direction);
  for (let i = 0; i < count; i++) {
    state.projected[i * m + count] = state.projected[count * m + i] = last * ritz.vectors[i * m + m - 1]!;
  }
}

/** Replaces the basis by the `count` leading Ritz vectors, uncoupled. */
function compress(state: State, ritz: EigenPairs, count: number): void {
  const m = ritz.values.length;
  state.projected.fill(0);
  for (let i = 0; i < count; i++) {
    const vector = basisRow(state.spare, i).fill(0);
    addRows(state.basis, m, ritz.vectors.subarray(i * m, (i + 1) * m), 1, vector);
    state.projected[i * m + i] = ritz.values[i]!;
  }
  [state.basis, state.spare] = [state.spare, state.basis];
  state.kept = count;
}

function isUnchanged(before: Float64Array, now: Float64Array, allowed: number): boolean {
  return before.every((value, i) => Math.abs(value - now[i]!) <= allowed);
}
