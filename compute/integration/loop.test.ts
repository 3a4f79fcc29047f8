/** The whole loop against numpy (golden/make_loop.py): given the same clusters, both walk the same path, turn by turn. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpuKernels } from '../kernels/cpu/index.ts';
import { localCrew, type ClusterTask, type Crew } from './crew.ts';
import { integrateCentroids, type LoopResult } from './loop.ts';
import { defaultLoop } from './settings.ts';

interface Golden {
  readonly dims: number;
  readonly batch: readonly number[];
  readonly X: readonly number[];
  readonly mix0: number;
  readonly log: readonly { readonly it: number; readonly mix: number; readonly overlap0: number; readonly strain: number; readonly J: number }[];
  /** Rows of the best turn. */
  readonly end: readonly number[];
  /** Centres, and the nearest of each row, in the order in which the loop asks. */
  readonly fits: readonly (readonly [readonly number[], readonly number[]])[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/loop.json'), 'utf8')) as Golden;
const { dims } = golden;
const n = golden.batch.length;

/** Answers with numpy's clusters. */
function crewOf(asked: ClusterTask[]): Crew {
  return {
    ...localCrew(cpuKernels),
    async cluster(task) {
      const [centers, nearest] = golden.fits[asked.push(task) - 1]!;
      expect(nearest.length).toBe(task.count);
      expect(centers.length).toBe(task.clusters * dims);
      return { centers: Float32Array.from(centers), clusters: task.clusters, nearest: Int32Array.from(nearest), inertia: 0 };
    },
  };
}

function run(asked: ClusterTask[], accept: 'guarded' | 'parity'): Promise<LoopResult> {
  const batchStart = Int32Array.from({ length: 4 }, (_, b) => golden.batch.filter((code) => code < b).length);
  return integrateCentroids({ rows: { values: Float32Array.from(golden.X), n, dims }, batchStart, seed: 0 }, { ...defaultLoop, accept }, crewOf(asked), { log: () => undefined, iteration: () => undefined });
}

test('every figure of every turn, the best turn and its rows are those of numpy', async () => {
  const asked: ClusterTask[] = [];
  const found = await run(asked, 'parity');
  expect(asked.length).toBe(golden.fits.length);
  expect(found.history.length).toBe(golden.log.length);
  let worst = Math.abs(found.mix0 - golden.mix0);
  for (const [t, turn] of found.history.entries()) for (const name of ['mix', 'overlap0', 'strain', 'J'] as const) worst = Math.max(worst, Math.abs(turn[name] - golden.log[t]![name]));
  // The goal is 1e-3; float32 fields leave less than 1e-4.
  expect(worst).toBeLessThan(1e-4);
  expect(found.final.it).toBe(golden.log.reduce((best, turn) => (turn.J > best.J + defaultLoop.tol ? turn : best)).it);
  expect(golden.end.reduce((most, value, i) => Math.max(most, Math.abs(value - found.rows.values[i]!)), 0)).toBeLessThan(1e-3);
  // What the loop asks for: each batch, the common prototypes, the groups to sharpen; with seeds that move on.
  expect(asked.slice(0, 5).map(({ seed, density }) => [seed, density])).toEqual([[8, 'exact'], [8, 'exact'], [8, 'exact'], [1, 'exact'], [31, 'off']]);
  expect(asked[5]!.seed).toBe(9);
});

test('guarded takes the same turns and decides after the last', async () => {
  const [guarded, parity] = [await run([], 'guarded'), await run([], 'parity')];
  expect(guarded.history).toEqual(parity.history);
  expect(guarded.accepted).toBe(parity.J > parity.J_identity + defaultLoop.tol);
  expect(guarded.rows.values).toEqual(guarded.accepted ? parity.rows.values : Float32Array.from(golden.X));
});
