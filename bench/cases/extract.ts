/** One drug out of three plates as a file, against reading the chunks it must touch from first to last and doing nothing with them. */
import { join } from 'node:path';
import type { PairedCase } from '../harness/case.ts';
import { runCommand } from '../harness/measure.ts';
import { peerProgram, truckee } from '../harness/truckee.ts';

const drug = 'Infigratinib';
const memory = '600MiB';
const mostBytes = 600 * 1024 * 1024;

export const extract: PairedCase = {
  kind: 'paired',
  title: `cells of ${drug} from three plates of 100,000, written as h5ad with obs and var inside ${memory}`,
  reach: 'at least 0.8x the rate at which h5py reads the same chunks one after the other, inside the memory given',
  metric: 'seconds', leastRatio: 0.8, data: 'plates-3x100k-of-4-drugs',
  ours: {
    async prepare(round) {
      await runCommand(truckee('add', ...round.files, '--workspace', join(round.scratch, 'workspace')), round.threads);
    },
    command: (round) => truckee('query', '--drug', drug, '--out', join(round.scratch, 'out.h5ad'), '--workspace', join(round.scratch, 'workspace'), '--workers', String(round.threads), '--memory', memory, '--json'),
  },
  peer: { command: (round) => peerProgram('extract', drug, ...round.files) },
  compare(ours, peer) {
    const problems = ours.answer.cells === peer.answer.cells ? [] : [`${String(ours.answer.cells)} cells here, ${String(peer.answer.cells)} there`];
    if (ours.peakPssBytes > mostBytes) problems.push(`it took ${ours.peakPssBytes} bytes of memory`);
    return Promise.resolve(problems);
  },
};
