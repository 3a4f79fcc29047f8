/**
 * Approximate nearest neighbours for many points: a few random trees for a first guess, then neighbours of neighbours
 * until hardly any list changes. The result depends on points, k and seed, not on how many workers shared the tasks.
 */
import { freezeFollowed, runDescentTask } from './descent.ts';
import type { DescentTask } from './descent.ts';
import { makeDescentState, smallestDescent } from './descent.state.ts';
import type { DescentState } from './descent.state.ts';
import { growTree, leafBounds } from './forest.ts';
import { prepareMetric } from './knn.ts';
import type { Knn, Metric, Prepared } from './knn.ts';
import { makePace } from './pace.ts';
import type { LongRun, Pace } from './pace.ts';

/** Workers that hold the same (shared) state and run tasks with runDescentTask. */
export interface DescentPool {
  /** How many tasks run at once; default 4. Only decides how many are handed over between two progress reports. */
  readonly workers?: number;
  /** Called once, before the first batch; the state's arrays lie on shared memory. */
  start(state: DescentState): Promise<void>;
  /** Runs all tasks, in any order, and returns the sum of what they returned. */
  run(tasks: readonly DescentTask[]): Promise<number>;
}

export interface ApproximateOptions extends LongRun {
  readonly metric: Metric;
  readonly seed: number;
  /** Absent: everything runs in this thread. */
  readonly pool?: DescentPool;
}

const mostRounds = 8;
/** The search ends when a round improves fewer than this share of all list entries. */
const settledShare = 0.002;
const taskRows = 4096;
const taskLeaves = 128;
/** Few enough for a report every second, enough for workers of uneven speed. */
const tasksPerWorker = 2;

/**
 * The k nearest others of every row of a row-major n x dims matrix of finite values, found with a recall of about 0.99 on
 * clustered expression embeddings. Needs n >= smallestDescent and n >= 4 k: fewer cannot fill the lists of a leaf.
 */
export async function approximateNeighbors(
  points: Float32Array, n: number, dims: number, k: number, options: ApproximateOptions,
): Promise<Knn> {
  const least = Math.max(smallestDescent, 4 * k);
  if (n < least) throw new RangeError(`approximate neighbours need ${least} rows for k = ${k}, got ${n}`);
  const prepared = prepareMetric(points, n, dims, options.metric);
  const state = makeDescentState(n, prepared.dims, k, options.seed, options.pool !== undefined);
  placeRows(prepared, state);
  const batches = 1 + state.trees + mostRounds;
  const pace = makePace(options, batches * n);
  const run = makeRunner(state, options.pool, pace);
  await options.pool?.start(state);

  await run(treeTasks(state), 0);
  const leaves = leafBounds(n, state.leafRows).length - 1;
  for (let tree = 0; tree < state.trees; tree++) await run(leafTasks(tree, leaves), n * (1 + tree));
  for (let round = 0; round < mostRounds; round++) {
    freezeFollowed(state);
    const improved = await run(joinTasks(n), n * (1 + state.trees + round));
    if (improved < settledShare * n * state.width) break;
  }
  const knn = collect(state, prepared, k);
  pace.end();
  return knn;
}

/** Copies the points in the leaf order of tree 0, which then is 0..n-1 itself. */
function placeRows(prepared: Prepared, state: DescentState): void {
  const { n, dims, rowIds } = state;
  growTree(prepared.points, n, dims, state.leafRows, state.seed, 0, rowIds);
  for (let place = 0; place < n; place++) {
    const row = rowIds[place]!;
    state.points.set(prepared.points.subarray(row * dims, (row + 1) * dims), place * dims);
    state.treeOrder[place] = place;
  }
}

function makeRunner(
  state: DescentState, pool: DescentPool | undefined, pace: Pace,
): (tasks: readonly DescentTask[], doneBefore: number) => Promise<number> {
  if (pool) {
    const share = tasksPerWorker * (pool.workers ?? 4);
    return async (tasks, doneBefore) => {
      let improved = 0;
      for (let start = 0; start < tasks.length; start += share) {
        improved += await pool.run(tasks.slice(start, start + share));
        const wait = pace.at(doneBefore + Math.floor((state.n * start) / tasks.length));
        if (wait) await wait;
      }
      return improved;
    };
  }
  const marks = new Int32Array(state.n);
  return async (tasks, doneBefore) => {
    let improved = 0;
    for (const [index, task] of tasks.entries()) {
      improved += runDescentTask(state, task, marks);
      const wait = pace.at(doneBefore + Math.floor((state.n * index) / tasks.length));
      if (wait) await wait;
    }
    return improved;
  };
}

function treeTasks(state: DescentState): DescentTask[] {
  return Array.from({ length: state.trees - 1 }, (_, index) => ({ kind: 'tree', tree: index + 1 }));
}

function leafTasks(tree: number, leaves: number): DescentTask[] {
  return Array.from({ length: Math.ceil(leaves / taskLeaves) }, (_, index) => ({
    kind: 'leaves', tree, leafStart: index * taskLeaves, leafEnd: Math.min(leaves, (index + 1) * taskLeaves),
  }));
}

function joinTasks(n: number): DescentTask[] {
  return Array.from({ length: Math.ceil(n / taskRows) }, (_, index) => ({
    kind: 'join', rowStart: index * taskRows, rowEnd: Math.min(n, (index + 1) * taskRows),
  }));
}

/** Lists in the caller's row numbers and metric; equal distances in order of the row number. */
function collect(state: DescentState, prepared: Prepared, k: number): Knn {
  const { n, width, rowIds } = state;
  const indices = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  for (let place = 0; place < n; place++) {
    const at = rowIds[place]! * k;
    for (let r = 0; r < k; r++) {
      const squared = state.distances[place * width + r]!;
      const row = rowIds[state.neighbors[place * width + r]!]!;
      distances[at + r] = prepared.distance(squared);
      let slot = at + r;
      for (; slot > at && squared === state.distances[place * width + slot - at - 1] && indices[slot - 1]! > row; slot--) {
        indices[slot] = indices[slot - 1]!;
      }
      indices[slot] = row;
    }
  }
  return { k, indices, distances };
}
