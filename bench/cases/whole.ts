/** The whole recipe, counts to clusters, over several plates: peak memory of all processes, and growth with the cells. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PairedCase, ScalingCase } from '../harness/case.ts';
import { peerProgram, recipeSide } from '../harness/truckee.ts';

export const whole: PairedCase = {
  kind: 'paired',
  title: 'peak memory of the whole recipe, 4 plates of 25,000 cells',
  reach: 'at most 25 % of the memory of blockwise scipy + umap-learn + leidenalg',
  metric: 'memory',
  leastRatio: 4,
  data: 'plates-4x25k',
  ours: recipeSide('whole', { memory: '2GiB' }),
  peer: {
    command: ({ files, threads, scratch }) => peerProgram('whole', ...files, '--threads', String(threads), '--out', join(scratch, 'whole.npz')),
  },
  async compare(ours, peer) {
    return ours.answer.cells === undefined || ours.answer.cells === peer.answer.cells ? [] : [`cells: ${ours.answer.cells} here, ${peer.answer.cells} there`];
  },
};

export const scaling: ScalingCase = {
  kind: 'scaling',
  title: 'CPU seconds per cell of the streamed steps, 50,000 to 800,000 cells',
  reach: 'CPU seconds per cell within 15 %',
  metric: 'cpu-per-cell',
  // One plate each, as real plates are large: what opening a plate costs is not what this is about.
  data: ['plate-50k', 'plate-200k', 'plate-800k'],
  mostGrowth: 1.15,
  ours: recipeSide('scan', { memory: '1GiB' }),
  cpuOf: ({ results }) => [...results.values()].reduce((sum, folder) => sum + recordedCpu(folder), 0),
};

export const budget: ScalingCase = {
  kind: 'scaling',
  title: 'the whole recipe on 300,000 and 600,000 cells with --memory 1GiB: all processes together',
  reach: 'at most 1.3 GiB, and twice the cells within 10 %',
  metric: 'memory',
  data: ['plates-3x100k', 'plates-6x100k'],
  mostGrowth: 1.1,
  mostBytes: 1.3 * 2 ** 30,
  ours: recipeSide('budget', { memory: '1GiB' }),
};

/** CPU seconds of a step as its provenance has them: without the start of any process. */
function recordedCpu(folder: string): number {
  const { cpuSeconds } = JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8')) as { cpuSeconds: number };
  return cpuSeconds;
}
