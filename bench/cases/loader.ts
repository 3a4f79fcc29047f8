/**
 * Loading for training: 1.5M cells over 14 plates, gzip h5ad in place, minibatches of 64. The peer is scDataset's algorithm on
 * backed anndata with torch, its better one of fetch 64 and 256 at block 16; equal numbers of workers.
 */
import type { Answer, PairedCase, Round } from '../harness/case.ts';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { runCommand } from '../harness/measure.ts';
import { oursProgram, peerProgram, truckee } from '../harness/truckee.ts';

/** Of truly random minibatches of 64 cells over 14 equal plates of 96 wells: plates, and samples. */
const random = { plate: 3.65, sample: 5.95 } as const;
/** Predicted rate and memory must come so close. */
const predictedWithin = 0.25;
const seconds = { ours: ['4', '20'], cold: ['1', '6'], peer: ['--warm', '4', '--seconds', '12'] } as const;

const mixed = (ours: Answer, least: number): string[] => {
  console.log(`  ours: ${JSON.stringify(ours)}`);
  const out: string[] = [];
  for (const label of ['plate', 'sample'] as const) {
    const bits = Number(ours[`${label}_entropy`]);
    if (bits < least * random[label]) out.push(`${label} entropy ${bits.toFixed(3)}, less than ${least} of ${random[label]}`);
  }
  for (const [what, predicted, measured] of [['rate', 'predicted_cells_per_second', 'cells_per_second'], ['memory', 'planned_bytes_per_worker', 'bytes_per_worker']] as const) {
    const off = Number(ours[predicted]) / Number(ours[measured]) - 1;
    if (!(Math.abs(off) <= predictedWithin)) out.push(`predicted ${what} is off by ${Math.round(100 * off)} %`);
  }
  return out;
};

interface Ours {
  readonly strategy: string;
  readonly fetch: string;
  readonly backend?: 'file' | 'pack';
  readonly form?: 'csr' | 'dense';
  /** Packs come from the disk. */
  readonly cold?: boolean;
}

/** Packs are made once, and not timed here. */
async function makePacks({ files, threads }: Round): Promise<void> {
  for (const file of files) {
    if (!existsSync(`${file}.pack`)) await runCommand(truckee('pack', 'build', file), threads);
    // The harness warms the files; what is read are the packs.
    readFileSync(`${file}.pack`);
  }
}

/** Packs out of the page cache, as on the first epoch. */
async function dropPacks({ files, threads }: Round): Promise<void> {
  for (const file of files) {
    if (!existsSync(`${file}.pack`)) await runCommand(truckee('pack', 'build', file), threads);
    await runCommand({ argv: ['dd', `if=${file}.pack`, 'iflag=nocache', 'count=0', 'status=none'] }, 1);
  }
}

function loading(title: string, reach: string, leastRatio: number, { strategy, fetch, backend = 'file', form = 'csr', cold = false }: Ours, least: number): PairedCase {
  return {
    kind: 'paired', title, reach, metric: 'seconds', leastRatio, data: 'plates-14x108k',
    ours: {
      ...(backend === 'pack' ? { prepare: cold ? dropPacks : makePacks } : {}),
      command: ({ files, threads }: Round) => oursProgram('loader', strategy, fetch, String(threads), ...(cold ? seconds.cold : seconds.ours), backend, form, cold ? 'cold' : 'warm', ...files),
    },
    peer: { command: ({ files, threads }: Round) => peerProgram('loader', ...files, '--workers', String(threads), ...seconds.peer) },
    async compare(ours, peer) {
      console.log(`  peer: ${JSON.stringify(peer.answer)}`);
      return mixed(ours.answer, least);
    },
  };
}

export const loaderChunks = loading('shuffled minibatches in place, chunk-aware, 1,024 chunks a fetch', 'at least 6x with one worker, 8x with two; plate and sample entropy at least 99 % of random', 6, { strategy: 'chunks', fetch: '1408' }, 0.99);
export const loaderBlocks = loading('shuffled minibatches in place, blocks of 16 exactly as the peer', 'at least 2.5x', 2.5, { strategy: '16', fetch: '256' }, 0.98);
export const loaderPack = loading('minibatches from packs, truly random single cells, all genes', 'at least 50x, and 400,000 cells/s with two workers', 50, { strategy: '1', fetch: '16', backend: 'pack' }, 0.99);
export const loaderPackDense = loading('minibatches from packs, 2,000 genes scaled and log1p, dense, truly random', 'at least 300,000 cells/s with two workers', 50, { strategy: '1', fetch: '16', backend: 'pack', form: 'dense' }, 0.99);
export const loaderPackCold = loading('minibatches from packs that are not in the page cache, blocks of 16, several reads in flight', 'at least 100,000 cells/s with two workers, or the limit of the disk', 10, { strategy: '16', fetch: '64', backend: 'pack', cold: true }, 0.95);

/** Cells a second that two workers are to pack. */
const leastPacked = 45_000;

export const packBuild: PairedCase = {
  kind: 'paired', metric: 'seconds', leastRatio: 1, data: 'plates-14x108k',
  title: 'packs of 14 plates built, against reading the same files from first to last with h5py and scipy and keeping nothing',
  reach: 'at least 45,000 cells/s with two workers, at most half of the size of the gzip h5ad',
  ours: {
    async prepare({ files }) {
      for (const file of files) rmSync(`${file}.pack`, { force: true });
    },
    command: ({ files, threads }) => truckee('pack', 'build', ...files, '--workers', String(threads), '--json'),
  },
  peer: { command: ({ files }) => peerProgram('read', ...files) },
  async compare(ours, peer) {
    const packs = ours.answer['packs'] as { cells: number; bytes: number; file_bytes: number; seconds: number }[];
    const sum = (of: (pack: (typeof packs)[number]) => number): number => packs.reduce((all, pack) => all + of(pack), 0);
    const [cells, rate, size] = [sum((pack) => pack.cells), sum((pack) => pack.cells) / ours.wallSeconds, sum((pack) => pack.bytes) / sum((pack) => pack.file_bytes)];
    console.log(`  ${cells} cells, ${Math.round(rate)} a second with the start of the program, ${Math.round(cells / sum((pack) => pack.seconds))} without, ${size.toFixed(3)} of the size`);
    const problems = cells === peer.answer.cells ? [] : [`${cells} cells here, ${String(peer.answer.cells)} there`];
    if (rate < leastPacked) problems.push(`${Math.round(rate)} cells/s`);
    if (size > 0.5) problems.push(`${size.toFixed(3)} of the size of the files`);
    return problems;
  },
};
