/**
 * The two sweeps of the Leiden algorithm (Traag, Waltman, van Eck 2019): moving single vertices to better groups while any
 * such move is left, and refining the groups found into connected parts for the next level.
 */
import type { LeidenGraph } from './leiden.graph.ts';
import type { Pace } from './pace.ts';
import { shuffle } from './random.ts';
import type { Random } from '../random/random.ts';

export interface Sweep {
  readonly resolution: number;
  readonly random: Random;
  readonly pace: Pace;
  readonly done: () => number;
}

/** Gains below this share of a vertex's strength are rounding, not improvement; they could make moves go in circles. */
const leastGain = 1e-12;
const verticesPerCheck = 4096;

/** Moves vertices until none gains by moving; groups are any numbers below n. */
export async function moveVertices(graph: LeidenGraph, groupOf: Int32Array, sweep: Sweep): Promise<void> {
  const { n, indptr, indices, weights, strength, total } = graph;
  const groupStrength = new Float64Array(n);
  const size = new Int32Array(n);
  for (let v = 0; v < n; v++) {
    groupStrength[groupOf[v]!]! += strength[v]!;
    size[groupOf[v]!]! += 1;
  }
  const empty = new Int32Array(n);
  let empties = 0;
  for (let g = n - 1; g >= 0; g--) if (size[g] === 0) empty[empties++] = g;

  const queue = Int32Array.from({ length: n }, (_, v) => v);
  shuffle(queue, n, sweep.random);
  const queued = new Uint8Array(n).fill(1);
  let head = 0;
  let waiting = n;
  const toGroup = new Float64Array(n);
  const met = new Int32Array(n);
  const factor = sweep.resolution / total;
  for (let turn = 0; waiting > 0; turn++) {
    const v = queue[head]!;
    head = head + 1 === n ? 0 : head + 1;
    waiting--;
    queued[v] = 0;
    const home = groupOf[v]!;
    let count = 0;
    for (let e = indptr[v]!; e < indptr[v + 1]!; e++) {
      const group = groupOf[indices[e]!]!;
      if (toGroup[group] === 0) met[count++] = group;
      toGroup[group]! += weights[e]!;
    }
    const expected = factor * strength[v]!;
    const stay = toGroup[home]! - expected * (groupStrength[home]! - strength[v]!);
    // A group of its own gains nothing from edges and loses nothing to the null model.
    let best = size[home]! > 1 && empties > 0 ? empty[empties - 1]! : home;
    let bestGain = best === home ? stay : Math.max(stay, 0);
    if (bestGain === stay) best = home;
    const margin = leastGain * strength[v]!;
    for (let i = 0; i < count; i++) {
      const group = met[i]!;
      const gain = toGroup[group]! - expected * groupStrength[group]!;
      if (group !== home && gain > bestGain + margin) {
        best = group;
        bestGain = gain;
      }
    }
    for (let i = 0; i < count; i++) toGroup[met[i]!] = 0;
    if (best !== home && bestGain > stay + margin) {
      if (size[best] === 0) empties--;
      groupStrength[home]! -= strength[v]!;
      groupStrength[best]! += strength[v]!;
      size[best]! += 1;
      size[home]! -= 1;
      if (size[home] === 0) empty[empties++] = home;
      groupOf[v] = best;
      for (let e = indptr[v]!; e < indptr[v + 1]!; e++) {
        const other = indices[e]!;
        if (queued[other] === 1 || groupOf[other] === best) continue;
        queued[other] = 1;
        const tail = head + waiting;
        queue[tail >= n ? tail - n : tail] = other;
        waiting++;
      }
    }
    const wait = turn % verticesPerCheck === 0 ? sweep.pace.at(sweep.done()) : undefined;
    if (wait) await wait;
  }
}

/**
 * Parts of the given groups, each connected: every vertex that is still alone joins, in random order, the part of its own
 * group where it gains most, if it gains at all.
 */
export async function refineGroups(graph: LeidenGraph, groupOf: Int32Array, sweep: Sweep): Promise<Int32Array> {
  const { n, indptr, indices, weights, strength, total } = graph;
  const partOf = Int32Array.from({ length: n }, (_, v) => v);
  const partStrength = strength.slice();
  const partSize = new Int32Array(n).fill(1);
  const order = Int32Array.from({ length: n }, (_, v) => v);
  shuffle(order, n, sweep.random);
  const toPart = new Float64Array(n);
  const met = new Int32Array(n);
  const factor = sweep.resolution / total;
  for (let turn = 0; turn < n; turn++) {
    const v = order[turn]!;
    if (partSize[partOf[v]!]! > 1) continue;
    let count = 0;
    for (let e = indptr[v]!; e < indptr[v + 1]!; e++) {
      const other = indices[e]!;
      if (groupOf[other] !== groupOf[v]) continue;
      const part = partOf[other]!;
      if (toPart[part] === 0) met[count++] = part;
      toPart[part]! += weights[e]!;
    }
    let best = -1;
    let bestGain = leastGain * strength[v]!;
    for (let i = 0; i < count; i++) {
      const part = met[i]!;
      const gain = toPart[part]! - factor * strength[v]! * partStrength[part]!;
      if (gain > bestGain) {
        best = part;
        bestGain = gain;
      }
      toPart[part] = 0;
    }
    if (best >= 0) {
      partStrength[partOf[v]!]! -= strength[v]!;
      partSize[partOf[v]!]! -= 1;
      partStrength[best]! += strength[v]!;
      partSize[best]! += 1;
      partOf[v] = best;
    }
    const wait = turn % verticesPerCheck === 0 ? sweep.pace.at(sweep.done()) : undefined;
    if (wait) await wait;
  }
  return partOf;
}
