/**
 * The steps of the approximate neighbour search: comparing the members of each leaf, then following neighbours of
 * neighbours (NN-descent, Dong et al. 2011, in the form where every row only writes its own list). Each task touches its own
 * rows and reads what no other task of the same batch writes: any split over workers gives the same bits.
 */
import type { DescentState } from './descent.state.ts';
import { growTree, leafBounds } from './forest.ts';

/** A piece of work; the tasks of one batch may run in any order, on any worker that has the state. */
export type DescentTask =
  | { readonly kind: 'tree'; readonly tree: number }
  | { readonly kind: 'leaves'; readonly tree: number; readonly leafStart: number; readonly leafEnd: number }
  | { readonly kind: 'join'; readonly rowStart: number; readonly rowEnd: number };

/** Runs one task on the state; returns how many list entries it improved. `marks` is the worker's own, n long. */
export function runDescentTask(state: DescentState, task: DescentTask, marks: Int32Array): number {
  switch (task.kind) {
    case 'tree': {
      const { points, n, dims, leafRows, seed, treeOrder } = state;
      growTree(points, n, dims, leafRows, seed, task.tree, treeOrder.subarray(task.tree * n, (task.tree + 1) * n));
      return 0;
    }
    case 'leaves':
      return compareLeaves(state, task.tree, task.leafStart, task.leafEnd);
    case 'join':
      return joinRows(state, task.rowStart, task.rowEnd, marks);
  }
}

/** Every pair inside each leaf of one tree; a row is in one leaf per tree, so leaves never meet in a list. */
function compareLeaves(state: DescentState, tree: number, leafStart: number, leafEnd: number): number {
  const { n, width, distances } = state;
  const bounds = leafBounds(n, state.leafRows);
  let improved = 0;
  for (let leaf = leafStart; leaf < leafEnd; leaf++) {
    const members = state.treeOrder.subarray(tree * n + bounds[leaf]!, tree * n + bounds[leaf + 1]!);
    for (let a = 1; a < members.length; a++) {
      const row = members[a]!;
      for (let b = 0; b < a; b++) {
        const other = members[b]!;
        const limit = Math.max(distances[row * width + width - 1]!, distances[other * width + width - 1]!);
        const squared = squaredWithin(state, row, other, limit);
        if (squared > limit) continue;
        improved += insert(state, row, other, squared) + insert(state, other, row, squared);
      }
    }
  }
  return improved;
}

/** Tries the neighbours of the neighbours of each row, as frozen in `followed`; a pair both known before is not tried again. */
function joinRows(state: DescentState, rowStart: number, rowEnd: number, marks: Int32Array): number {
  const { width, reach, followed, distances, fresh } = state;
  let improved = 0;
  marks.fill(-1);
  for (let row = rowStart; row < rowEnd; row++) {
    const worst = row * width + width - 1;
    fresh.fill(0, row * width, (row + 1) * width);
    marks[row] = row;
    for (let e = row * width; e <= worst; e++) marks[state.neighbors[e]!] = row;
    for (let e = row * reach; e < (row + 1) * reach; e++) {
      const link = followed[e]!;
      if (link < 0) break;
      const between = link >> 1;
      for (let f = between * reach; f < (between + 1) * reach; f++) {
        const next = followed[f]!;
        if (next < 0) break;
        if (((link | next) & 1) === 0) continue;
        const other = next >> 1;
        if (marks[other] === row) continue;
        marks[other] = row;
        const limit = distances[worst]!;
        const squared = squaredWithin(state, row, other, limit);
        if (squared <= limit) improved += insert(state, row, other, squared);
      }
    }
  }
  return improved;
}

/** Squared distance, or some value above `limit` as soon as that much is certain (leading dimensions vary most). */
function squaredWithin(state: DescentState, a: number, b: number, limit: number): number {
  const { points, dims } = state;
  const x = a * dims;
  const y = b * dims;
  let sum = 0;
  let d = 0;
  for (; d + 8 <= dims; d += 8) {
    const d0 = points[x + d]! - points[y + d]!;
    const d1 = points[x + d + 1]! - points[y + d + 1]!;
    const d2 = points[x + d + 2]! - points[y + d + 2]!;
    const d3 = points[x + d + 3]! - points[y + d + 3]!;
    const d4 = points[x + d + 4]! - points[y + d + 4]!;
    const d5 = points[x + d + 5]! - points[y + d + 5]!;
    const d6 = points[x + d + 6]! - points[y + d + 6]!;
    const d7 = points[x + d + 7]! - points[y + d + 7]!;
    sum += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3) + ((d4 * d4 + d5 * d5) + (d6 * d6 + d7 * d7));
    if (sum > limit) return Infinity;
  }
  for (; d < dims; d++) sum += (points[x + d]! - points[y + d]!) ** 2;
  return Math.fround(sum);
}

/** Puts a neighbour into its place of a row's list; 1 when the list changed, 0 when it is too far or there already. */
function insert(state: DescentState, row: number, other: number, squared: number): number {
  const { width, distances, neighbors, fresh } = state;
  const start = row * width;
  const end = start + width;
  let place = end;
  while (place > start) {
    const distance = distances[place - 1]!;
    if (distance < squared) break;
    const neighbor = neighbors[place - 1]!;
    if (distance === squared && neighbor <= other) {
      if (neighbor === other) return 0;
      break;
    }
    place--;
  }
  if (place === end) return 0;
  for (let e = end - 1; e > place; e--) {
    distances[e] = distances[e - 1]!;
    neighbors[e] = neighbors[e - 1]!;
    fresh[e] = fresh[e - 1]!;
  }
  distances[place] = squared;
  neighbors[place] = other;
  fresh[place] = 1;
  return 1;
}

/** Between rounds, on one thread: freezes each row's neighbours and, nearest first, the rows that have it as theirs. */
export function freezeFollowed(state: DescentState): void {
  const { n, width, reach, neighbors, fresh, followed } = state;
  const filled = new Uint16Array(n).fill(width);
  followed.fill(-1);
  for (let row = 0; row < n; row++) {
    for (let r = 0; r < width; r++) {
      const neighbor = neighbors[row * width + r]!;
      if (neighbor < 0) break;
      followed[row * reach + r] = neighbor * 2 + fresh[row * width + r]!;
    }
  }
  for (let r = 0; r < width; r++) {
    for (let row = 0; row < n; row++) {
      const neighbor = neighbors[row * width + r]!;
      if (neighbor < 0) continue;
      const place = filled[neighbor]!;
      if (place === reach) continue;
      followed[neighbor * reach + place] = row * 2 + fresh[row * width + r]!;
      filled[neighbor] = place + 1;
    }
  }
}
