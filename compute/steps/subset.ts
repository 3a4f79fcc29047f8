/** Runs `subset`: draws cells without repeats by one seeded sweep, in ascending order, whatever their number. */
import { join } from 'node:path';
import { createRandom } from '../random/random.ts';
import { writeArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { keptRows } from './upstream.ts';

export async function runSubset(context: StepContext<'subset'>): Promise<void> {
  const { kept } = keptRows(context);
  const wanted = Math.min(context.params.n ?? kept, kept);
  const chosen = sampleAscending(kept, wanted, context.seed);
  writeArray(join(context.folder, 'rows', 'subset'), chosen);
  context.writeFacts('subset', { n: wanted, of: kept });
  context.outcome({ cells: wanted, of: kept });
  if (wanted < kept) context.note(`neighbors, umap and leiden see a sample of ${wanted} of ${kept} cells`);
}

/** Each set of `wanted` of the numbers 0..n-1 equally likely (Knuth's selection sampling). */
export function sampleAscending(n: number, wanted: number, seed: number): Uint32Array {
  const chosen = new Uint32Array(wanted);
  if (wanted === n) return chosen.map((_, i) => i);
  const random = createRandom(seed, 0x5b5e7);
  let taken = 0;
  for (let row = 0; row < n && taken < wanted; row++) {
    if (random.uniform() * (n - row) < wanted - taken) chosen[taken++] = row;
  }
  return chosen;
}
