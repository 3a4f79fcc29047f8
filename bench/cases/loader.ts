/**
 * Loading for training: 1.5M cells over 14 plates, gzip h5ad in place, minibatches of 64. The peer is scDataset's algorithm on
 * backed anndata with torch, its better one of fetch 64 and 256 at block 16; equal numbers of workers.
 */
import type { Answer, PairedCase, Round } from '../harness/case.ts';
import { oursProgram, peerProgram } from '../harness/truckee.ts';

/** Of truly random minibatches of 64 cells over 14 equal plates of 96 wells. */
const randomPlates = 3.65;
const seconds = { ours: ['4', '10'], peer: ['--warm', '4', '--seconds', '12'] } as const;

const mixed = (ours: Answer, least: number): string[] => {
  const plates = Number(ours['plate_entropy']);
  console.log(`  ours: ${JSON.stringify(ours)}`);
  return plates >= least * randomPlates ? [] : [`plate entropy ${plates.toFixed(3)}, less than ${least} of ${randomPlates}`];
};

function loading(title: string, reach: string, leastRatio: number, strategy: string, fetch: string, least: number): PairedCase {
  return {
    kind: 'paired', title, reach, metric: 'seconds', leastRatio, data: 'plates-14x108k',
    ours: { command: ({ files, threads }: Round) => oursProgram('loader', strategy, fetch, String(threads), ...seconds.ours, ...files) },
    peer: { command: ({ files, threads }: Round) => peerProgram('loader', ...files, '--workers', String(threads), ...seconds.peer) },
    async compare(ours, peer) {
      console.log(`  peer: ${JSON.stringify(peer.answer)}`);
      return mixed(ours.answer, least);
    },
  };
}

export const loaderChunks = loading('shuffled minibatches in place, chunk-aware, 64 chunks a fetch', 'at least 6x with one worker, 8x with two; plate entropy at least 99 % of random', 6, 'chunks', '88', 0.99);
export const loaderBlocks = loading('shuffled minibatches in place, blocks of 16 exactly as the peer', 'at least 2.5x', 2.5, '16', '256', 0.98);
