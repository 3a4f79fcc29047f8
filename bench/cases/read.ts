/** Sequential read of a gzip h5ad, one thread: our reader against h5py and scipy. Every value is decoded and summed. */
import { existsSync } from 'node:fs';
import type { Measured, PairedCase } from '../harness/case.ts';
import { runCommand } from '../harness/measure.ts';
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
  compare: sameWork,
};

async function sameWork(ours: Measured, peer: Measured): Promise<string[]> {
  return ['cells', 'stored', 'sum'].flatMap((fact) =>
    ours.answer[fact] === peer.answer[fact] ? [] : [`${fact}: ${String(ours.answer[fact])} here, ${String(peer.answer[fact])} there`],
  );
}

const plain = (file: string): string => `${file}.plain`;

/** The same without compression: nothing but reading and turning numbers into those that kernels take. */
export const readPlain: PairedCase = {
  kind: 'paired',
  title: 'sequential read of an uncompressed h5ad',
  reach: 'at least 1x h5py + scipy',
  metric: 'seconds',
  leastRatio: 1,
  data: 'plate-100k',
  ours: {
    async prepare({ files }) {
      for (const file of files) if (!existsSync(plain(file))) await runCommand(peerProgram('uncompress', file, plain(file)), 1);
    },
    command: ({ files }) => oursProgram('read', ...files.map(plain)),
  },
  peer: { command: ({ files }) => peerProgram('read', ...files.map(plain)) },
  compare: sameWork,
};

/** Two worker threads against one, both ours: what a second core is worth. */
export const readWorkers: PairedCase = {
  kind: 'paired',
  title: 'the same read by two workers (ours) and by one (in the peer\'s place)',
  reach: 'two workers at least 1.7x one, in cells per wall second',
  metric: 'seconds',
  leastRatio: 1.7,
  data: 'plate-100k',
  ours: { command: ({ files }) => oursProgram('read-workers', '2', files[0]!) },
  peer: { command: ({ files }) => oursProgram('read-workers', '1', files[0]!) },
  async compare(ours, peer) {
    return ours.answer['sum'] === peer.answer['sum'] ? [] : ['the sums differ'];
  },
};
