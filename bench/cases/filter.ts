/** Per-cell filter over 10 million rows of column files, cold: how long a question about cells takes before X is touched. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../compute/random/random.ts';
import type { PairedCase, Round } from '../harness/case.ts';
import { oursProgram, peerProgram } from '../harness/truckee.ts';

const rows = 10_000_000;
const drugs = 380;
const mostSeconds = 1;
/** Memory may not depend on the rows: 100 million take ten times as long and no more room. */
const mostBytes = 250 * 1024 * 1024;

/** A column of labels as codes and one of shares, as registering a plate leaves them. */
async function prepare({ scratch }: Round): Promise<void> {
  const random = createRandom(1, 0);
  const codes = new Int16Array(rows);
  const shares = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    codes[row] = random.below(drugs);
    shares[row] = random.uniform() * 0.3;
  }
  // Only what has reached the disk can be dropped from memory.
  writeFileSync(join(scratch, 'drug.i16'), codes, { flush: true });
  writeFileSync(join(scratch, 'mito.f32'), shares, { flush: true });
}

export const filter: PairedCase = {
  kind: 'paired',
  title: 'cells of one drug with pcnt_mito < 0.1 among 10,000,000, from column files out of cold cache',
  reach: 'at most 1 s, and at most 250 MiB whatever the rows; numpy with both columns in memory stands beside it',
  // The figure is the second; the peer shows what the disk and two compares alone cost.
  metric: 'seconds', leastRatio: 0, data: 'none',
  ours: { prepare, command: ({ scratch }) => oursProgram('filter', scratch, String(rows), String(drugs)) },
  peer: { prepare, command: ({ scratch }) => peerProgram('filter', scratch) },
  async compare(ours, peer) {
    const problems = ours.answer.cells === peer.answer.cells ? [] : [`${String(ours.answer.cells)} cells here, ${String(peer.answer.cells)} there`];
    if (ours.answer.seconds > mostSeconds) problems.push(`it took ${ours.answer.seconds.toFixed(2)} s`);
    if (ours.peakPssBytes > mostBytes) problems.push(`it took ${ours.peakPssBytes} bytes of memory`);
    console.log(`  100,000,000 rows would take ${(10 * ours.answer.seconds).toFixed(1)} s by the same slices`);
    return problems;
  },
};
