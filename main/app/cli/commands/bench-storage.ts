/** `truckee bench storage`: how formats compare on one's own disk, with a sample of one's own cells. */
import { randomUUID } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { asJobId } from '../../../../protocol/ids.ts';
import type { RateSpread, StorageAnswer, StorageJob } from '../../../../protocol/storage.ts';
import { callEngine } from '../../../engine/call.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { diskKind } from '../../../preflight/machine.ts';
import type { CommandContext, OptionValues } from '../command.ts';
import { createProgressView } from '../progress.ts';
import { showIn } from './generate.ts';

/** @throws bad-usage, and what the engine refuses */
export async function benchStorage({ options, say, signal, json }: CommandContext, files: readonly string[]): Promise<number> {
  const [cells, rounds] = [countOf(options, 'cells', 1, 1_000_000, 5000), countOf(options, 'rounds', 5, 1000, 5)];
  const folder = resolve(options.text('folder') ?? dirname(resolve(files[0]!)));
  const job: StorageJob = {
    kind: 'storage', id: asJobId(randomUUID()), files: files.map((file) => resolve(file)), cells, folder, epochs: rounds, cold: options.has('cold'),
  };
  const view = createProgressView(say, json);
  try {
    const answer = await callEngine<StorageAnswer>(job, { start: startLocalEngine, signal, onEvent: showIn(view) });
    if (!answer) throw failure('internal', { detail: 'the engine gave no answer' });
    const disk = diskKind(folder);
    say.line(`${formatCount(answer.cells)} cells x ${formatCount(answer.genes)} genes, ${formatCount(answer.entries_per_cell)} values each, on ${disk}, page cache ${answer.cache}; one thread. Cells a second: median [a quarter to three quarters] of ${answer.formats[0]!.sequential.n} epochs.`);
    say.line(`${'format'.padEnd(19)} ${'on disk'.padStart(9)} ${'a cell'.padStart(9)} ${'written in'.padStart(10)} ${'ascending'.padStart(26)} ${'random cells'.padStart(26)}`);
    for (const one of answer.formats) {
      say.line(`${one.format.padEnd(19)} ${formatBytes(one.bytes).padStart(9)} ${formatBytes(Math.round(one.bytes_per_cell)).padStart(9)} ${formatSeconds(one.write_seconds).padStart(10)} ${spread(one.sequential).padStart(26)} ${spread(one.random).padStart(26)}`);
    }
    for (const line of answer.words) say.line(`  - ${line}`);
    say.json({ ok: true, ...answer, disk });
    return 0;
  } finally {
    view.close();
  }
}

/** The same bounds as in the workbench. */
function countOf(options: OptionValues, name: string, least: number, most: number, otherwise: number): number {
  const count = options.whole(name, least) ?? otherwise;
  if (count > most) throw failure('bad-usage', { command: 'bench', reason: `--${name} needs a whole number of ${formatCount(least)} to ${formatCount(most)}, not '${options.text(name)}'` });
  return count;
}

const spread = ({ median, q25, q75 }: RateSpread): string => `${formatCount(median)} [${formatCount(q25)}-${formatCount(q75)}]`;
