/**
 * Stochastic gradient descent of UMAP on two coordinates: every edge is pulled as often as its membership says, each time
 * with a few random cells pushed away. One thread and one random stream: the same seed gives the same bits.
 */
import type { CsrGraph } from './csr.ts';
import { cellShift, longestStep } from './forces.ts';
import type { Forces } from './forces.ts';
import { createRandom } from '../random/random.ts';

export interface OptimiserOptions {
  readonly epochs: number;
  readonly negativeSampleRate: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Flat state of one layout; advanceRows moves it. */
export interface Optimiser extends OptimiserOptions {
  readonly n: number;
  readonly forces: Forces;
  /** x, y per cell, moved in place. */
  readonly embedding: Float32Array;
  readonly indptr: Int32Array;
  readonly tails: Int32Array;
  /** Epochs between two draws of each directed edge, and the epoch at which it is due next. */
  readonly interval: Float32Array;
  readonly due: Float32Array;
  /** Most edges of any row. */
  readonly mostEdges: number;
  /** The two words of the random generator. */
  readonly state: Int32Array;
}

/** Edges too weak to be drawn once in all epochs are left out; the strongest is drawn in every epoch. */
export function makeOptimiser(graph: CsrGraph, forces: Forces, embedding: Float32Array, options: OptimiserOptions): Optimiser {
  const { n, values, indices } = graph;
  const entries = graph.indptr[n]!;
  let strongest = 0;
  for (let e = 0; e < entries; e++) strongest = Math.max(strongest, values[e]!);
  const weakest = strongest / Math.max(options.epochs, 1);
  let kept = 0;
  for (let e = 0; e < entries; e++) if (values[e]! >= weakest) kept++;
  const indptr = new Int32Array(n + 1);
  const tails = new Int32Array(kept);
  const interval = new Float32Array(kept);
  let at = 0;
  let mostEdges = 0;
  for (let row = 0; row < n; row++) {
    for (let e = graph.indptr[row]!; e < graph.indptr[row + 1]!; e++) {
      if (values[e]! < weakest) continue;
      tails[at] = indices[e]!;
      interval[at++] = strongest / values[e]!;
    }
    indptr[row + 1] = at;
    mostEdges = Math.max(mostEdges, at - indptr[row]!);
  }
  const random = createRandom(options.seed, 1);
  const state = Int32Array.of(random.bits() | 1, random.bits());
  return { ...options, n, forces, embedding, indptr, tails, interval, due: interval.slice(), mostEdges, state };
}

/**
 * One epoch (0..epochs - 1) for rows [rowStart, rowEnd). Everything the loop reads is a local first: module and closure
 * variables would be fetched anew in each of its hundred million turns.
 */
export function advanceRows(optimiser: Optimiser, epoch: number, rowStart: number, rowEnd: number): void {
  const { n, embedding, indptr, tails, interval, due, state, negativeSampleRate } = optimiser;
  const { pull, push } = optimiser.forces;
  // As the reference does, the first two epochs run at the full rate.
  const rate = optimiser.learningRate * (1 - Math.max(0, epoch - 1) / optimiser.epochs);
  const shift = cellShift;
  const mask = (1 << shift) - 1;
  const unit = 1 / (1 << shift);
  const most = longestStep;
  const number = new Float32Array(1);
  const bits = new Int32Array(number.buffer);
  const ready = new Int32Array(optimiser.mostEdges + 1);
  const share = n / 4294967296;
  // Xoroshiro64* (Blackman and Vigna).
  let state0 = state[0]!;
  let state1 = state[1]!;
  for (let row = rowStart; row < rowEnd; row++) {
    const end = indptr[row + 1]!;
    let x = embedding[2 * row]!;
    let y = embedding[2 * row + 1]!;
    // Which edges are due is hard to foresee for the processor: they are picked without a branch first.
    let count = 0;
    for (let edge = indptr[row]!; edge < end; edge++) {
      ready[count] = edge;
      count += Number(due[edge]! <= epoch);
    }
    for (let pick = 0; pick < count; pick++) {
      const edge = ready[pick]!;
      due[edge] = due[edge]! + interval[edge]!;
      const tail = tails[edge]!;
      let dx = x - embedding[2 * tail]!;
      let dy = y - embedding[2 * tail + 1]!;
      number[0] = dx * dx + dy * dy;
      let raw = bits[0]!;
      let cell = raw >> shift;
      let force = pull[cell]!;
      force += (pull[cell + 1]! - force) * (raw & mask) * unit;
      dx *= force * rate;
      dy *= force * rate;
      x += dx;
      y += dy;
      embedding[2 * tail] = embedding[2 * tail]! - dx;
      embedding[2 * tail + 1] = embedding[2 * tail + 1]! - dy;
      // All pushes of one edge start from the same place: so the processor can work on several at once.
      let pushX = 0;
      let pushY = 0;
      for (let draw = 0; draw < negativeSampleRate; draw++) {
        const mixed = Math.imul(state0, 0x9e3779bb);
        state1 ^= state0;
        state0 = ((state0 << 26) | (state0 >>> 6)) ^ state1 ^ (state1 << 9);
        state1 = (state1 << 13) | (state1 >>> 19);
        const other = ((mixed >>> 0) * share) | 0;
        if (other === row) continue;
        dx = x - embedding[2 * other]!;
        dy = y - embedding[2 * other + 1]!;
        const squared = dx * dx + dy * dy;
        number[0] = squared;
        raw = bits[0]!;
        cell = raw >> shift;
        force = push[cell]!;
        force += (push[cell + 1]! - force) * (raw & mask) * unit;
        if (squared === 0) pushX += most;
        pushX += force * dx;
        pushY += force * dy;
      }
      x += pushX * rate;
      y += pushY * rate;
    }
    embedding[2 * row] = x;
    embedding[2 * row + 1] = y;
  }
  state[0] = state0;
  state[1] = state1;
}
