/** `truckee query`: how many cells fit a question, where they are, and what reading them would cost. */
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { queryWords, type QueryAnswer } from '../../../../protocol/query.ts';
import { queryConditions } from '../../../catalog/condition-query.ts';
import { probeHardware } from '../../../preflight/hardware.ts';
import type { Command, Speaker } from '../command.ts';
import { withWorkspace } from '../session.ts';
import { queryOptions, readQuery } from './query-options.ts';

export const query: Command = {
  name: 'query',
  summary: 'Ask for cells by drug, target, dose, line...: plates, samples, cells, bytes and time, before X is read.',
  usage: '[--drug NAME]... [--dose UM]... [--line NAME]... [--where EXPR]',
  options: queryOptions,
  help: () => 'Values of one option are alternatives; different options narrow each other.',
  run: ({ options, workspacePath, say }) =>
    withWorkspace(workspacePath, async (workspace) => {
      const asked = readQuery(options, 'query');
      const { cores } = probeHardware(workspace.root, { memoryBytes: null, workers: null });
      const answer = queryConditions(workspace.catalog, asked, workspace.root, cores);
      say.line(queryWords(asked));
      showAnswer(answer, say);
      say.json(answer);
      return 0;
    }),
};

export function showAnswer(answer: QueryAnswer, say: Speaker): void {
  const about = answer.estimated ? 'about ' : '';
  say.line(`${formatCount(answer.cells)} cells (${answer.definition}) in ${answer.plates.length} plate(s), ${answer.samples.length} sample(s), ${formatCount(answer.conditions.length)} condition(s)`);
  say.line(`${about}${formatCount(answer.nonzeros)} values, ${about}${formatBytes(answer.bytes)} to read of ${formatBytes(answer.file_bytes)}, ${about}${formatSeconds(answer.seconds)}`);
  for (const plate of answer.plates) say.line(`  ${plate.plate.padEnd(8)} ${formatCount(plate.cells).padStart(11)} cells  ${about}${formatBytes(plate.bytes)} of ${formatBytes(plate.file_bytes)}${plate.dataset === null ? '' : `  ${plate.dataset}`}`);
  for (const sample of answer.samples.slice(0, 20)) {
    say.line(`    ${sample.sample}  ${sample.plate}  ${sample.drug} ${sample.dose ?? ''} ${sample.unit ?? ''}  ${sample.cells === null ? '' : `${formatCount(sample.cells)} cells`}`);
  }
  if (answer.samples.length > 20) say.line(`    and ${answer.samples.length - 20} more samples`);
  for (const note of answer.notes) say.line(`  - ${note}`);
}
