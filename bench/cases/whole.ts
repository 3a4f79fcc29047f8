/** The whole recipe, counts to clusters, over several plates: peak memory of all processes, and growth with the cells. */
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
  title: 'CPU seconds per cell of the streamed steps, 50,000 to 200,000 cells',
  reach: 'CPU seconds per cell at most 1.1x from the smallest to the largest',
  data: ['plates-2x25k', 'plates-4x25k', 'plates-8x25k'],
  mostGrowth: 1.1,
  ours: recipeSide('pca', { memory: '2GiB' }),
};
