/** Sequential read of a gzip h5ad, one thread: our reader against h5py and scipy. Every value is decoded and summed. */
import type { PairedCase } from '../harness/case.ts';
import { oursProgram, peerProgram } from '../harness/truckee.ts';

export const read: PairedCase = {
  kind: 'paired',
  title: 'sequential read of a gzip h5ad',
  reach: 'at least 1.6x h5py + scipy, aim 2.5x',
  metric: 'seconds',
  leastRatio: 1.6,
  data: 'plate-100k',
  ours: { command: ({ files }) => oursProgram('read', ...files) },
  peer: { command: ({ files }) => peerProgram('read', ...files) },
  async compare(ours, peer) {
    return ['cells', 'stored', 'sum'].flatMap((fact) =>
      ours.answer[fact] === peer.answer[fact] ? [] : [`${fact}: ${String(ours.answer[fact])} here, ${String(peer.answer[fact])} there`],
    );
  },
};
