/** A question about conditions: from the catalog's 65,943 conditions, joined with targets and lines, before any plate is there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PairedCase } from '../harness/case.ts';
import { runCommand } from '../harness/measure.ts';
import { oursProgram, peerProgram, truckee } from '../harness/truckee.ts';

const tables = join(process.env['TRUCKEE_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'), 'tahoe');
const mostSeconds = 0.02;

export const conditions: PairedCase = {
  kind: 'paired',
  title: 'conditions of all BRAF inhibitors at 5 uM among the 65,943 of the atlas, with samples, lines and sums',
  reach: 'at most 20 ms; pandas with the tables in memory, filtered and summed, stands beside it',
  metric: 'seconds', leastRatio: 0, data: 'none',
  ours: {
    async prepare({ scratch }) {
      if (!existsSync(tables)) throw new Error(`this bench needs the tables of the atlas in ${tables}`);
      await runCommand(truckee('catalog', 'import', tables, '--workspace', join(scratch, 'workspace'), '--json'), 1);
    },
    command: ({ scratch }) => oursProgram('conditions', join(scratch, 'workspace')),
  },
  peer: { command: () => peerProgram('conditions', tables) },
  compare(ours, peer) {
    const problems = ours.answer.cells === peer.answer.cells ? [] : [`${String(ours.answer.cells)} cells here, ${String(peer.answer.cells)} there`];
    if (ours.answer.seconds > mostSeconds) problems.push(`it took ${(ours.answer.seconds * 1000).toFixed(1)} ms`);
    return Promise.resolve(problems);
  },
};
