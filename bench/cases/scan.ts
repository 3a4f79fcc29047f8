/**
 * QC, normalisation and HVG statistics, from files to chosen genes. Two peers: one that also fuses everything into one
 * pass over the file (the strict one), and one that reads twice, as the published notebook does.
 */
import { join } from 'node:path';
import type { PairedCase } from '../harness/case.ts';
import { compareResults, peerProgram, recipeSide, resultOf } from '../harness/truckee.ts';

function scanAgainst(passes: 1 | 2): PairedCase {
  return {
    kind: 'paired',
    title: `QC, normalise and HVG against blockwise scipy in ${passes} pass${passes > 1 ? 'es' : ''}`,
    reach: 'at least 3x blockwise scipy with 100,000-row blocks',
    metric: 'seconds',
    leastRatio: 3,
    data: 'plate-100k',
    ours: recipeSide('scan'),
    peer: {
      command: ({ files, threads, scratch }) =>
        peerProgram('scan', ...files, '--passes', String(passes), '--threads', String(threads), '--out', join(scratch, 'scan.npz')),
    },
    compare: (ours, _peer, scratch) =>
      compareResults('scan', resultOf(ours.results, 'qc'), resultOf(ours.results, 'hvg'), join(scratch.peer, 'scan.npz')),
  };
}

export const scan = scanAgainst(1);
export const scanNotebook = scanAgainst(2);

/** The same work judged by memory. */
export const scanMemory: PairedCase = {
  ...scanAgainst(2),
  title: 'peak memory of QC, normalise and HVG',
  reach: 'at most 25 % of the memory of blockwise scipy',
  metric: 'memory',
  leastRatio: 4,
};
