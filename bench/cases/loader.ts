/**
 * Loading for training: 1.5M cells over 14 plates, gzip h5ad in place, minibatches of 64. The peer is scDataset's algorithm on
 * backed anndata with torch, its better one of fetch 64 and 256 at block 16; equal numbers of workers.
 */
import type { Answer, PairedCase, Round } from '../harness/case.ts';
import { existsSync, readFileSync } from 'node:fs';
import { runCommand } from '../harness/measure.ts';
import { oursProgram, peerProgram, truckee } from '../harness/truckee.ts';

/** Of truly random minibatches of 64 cells over 14 equal plates of 96 wells. */
const randomPlates = 3.65;
const seconds = { ours: ['4', '10'], peer: ['--warm', '4', '--seconds', '12'] } as const;

const mixed = (ours: Answer, least: number): string[] => {
  const plates = Number(ours['plate_entropy']);
  console.log(`  ours: ${JSON.stringify(ours)}`);
  return plates >= least * randomPlates ? [] : [`plate entropy ${plates.toFixed(3)}, less than ${least} of ${randomPlates}`];
};

interface Ours {
  readonly strategy: string;
  readonly fetch: string;
  readonly backend?: 'file' | 'pack';
  readonly form?: 'csr' | 'dense';
}

/** Packs are made once, and not timed here. */
async function makePacks({ files, threads }: Round): Promise<void> {
  for (const file of files) {
    if (!existsSync(`${file}.pack`)) await runCommand(truckee('pack', 'build', file), threads);
    // The harness warms the files; what is read are the packs.
    readFileSync(`${file}.pack`);
  }
}

function loading(title: string, reach: string, leastRatio: number, { strategy, fetch, backend = 'file', form = 'csr' }: Ours, least: number): PairedCase {
  return {
    kind: 'paired', title, reach, metric: 'seconds', leastRatio, data: 'plates-14x108k',
    ours: {
      ...(backend === 'pack' ? { prepare: makePacks } : {}),
      command: ({ files, threads }: Round) => oursProgram('loader', strategy, fetch, String(threads), ...seconds.ours, backend, form, ...files),
    },
    peer: { command: ({ files, threads }: Round) => peerProgram('loader', ...files, '--workers', String(threads), ...seconds.peer) },
    async compare(ours, peer) {
      console.log(`  peer: ${JSON.stringify(peer.answer)}`);
      return mixed(ours.answer, least);
    },
  };
}

export const loaderChunks = loading('shuffled minibatches in place, chunk-aware, 64 chunks a fetch', 'at least 6x with one worker, 8x with two; plate entropy at least 99 % of random', 6, { strategy: 'chunks', fetch: '88' }, 0.99);
export const loaderBlocks = loading('shuffled minibatches in place, blocks of 16 exactly as the peer', 'at least 2.5x', 2.5, { strategy: '16', fetch: '256' }, 0.98);
export const loaderPack = loading('minibatches from packs, truly random single cells, all genes', 'at least 50x, and 400,000 cells/s with two workers', 50, { strategy: '1', fetch: '16', backend: 'pack' }, 0.99);
export const loaderPackDense = loading('minibatches from packs, 2,000 genes scaled and log1p, dense, truly random', 'at least 300,000 cells/s with two workers', 50, { strategy: '1', fetch: '16', backend: 'pack', form: 'dense' }, 0.99);
