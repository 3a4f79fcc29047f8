/** `truckee query`: how many cells fit a question, where they are, what reading them would cost; with --out extracts them. */
import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { queryWords, type Query, type QueryAnswer } from '../../../../protocol/query.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { findRun } from '../../../jobs/past-run.ts';
import type { Workspace } from '../../../workspace.ts';
import { answerQuery } from '../../answer-query.ts';
import { extractionRecipe } from '../../extraction.ts';
import { exportData, refuseExisting } from '../../outputs.ts';
import type { Command, CommandContext, Speaker } from '../command.ts';
import { withLockedWorkspace, withWorkspace } from '../session.ts';
import { queryOptions, readQuery } from './query-options.ts';
import { limitsOf } from './run-options.ts';
import { runRecipe } from './run.ts';

export const query: Command = {
  name: 'query',
  summary: 'Ask for cells by drug, target, dose, line...: plates, samples, cells, bytes and time, before X is read.',
  usage: '[--drug NAME]... [--dose UM]... [--line NAME]... [--where EXPR] [--out F.h5ad|D.zarr]',
  options: {
    ...queryOptions,
    out: { value: 'F.h5ad|D.zarr', help: 'Extract the cells with obs, var and provenance.' },
    memory: { value: 'SIZE', help: 'Memory that all processes together may use (extraction).' },
    workers: { value: 'N', help: 'Worker threads (extraction).' },
    tables: { help: "Answer from the atlas's tables although plates are registered." },
  },
  help: () => 'Values of one option are alternatives; different options narrow each other.',
  async run(context) {
    const asked = readQuery(context.options, 'query');
    const out = context.options.text('out');
    if (out === undefined) return withWorkspace(context.workspacePath, (workspace) => count(workspace, asked, context));
    return withLockedWorkspace(context.workspacePath, (workspace) => extract(workspace, asked, resolve(out), context));
  },
};

async function count(workspace: Workspace, asked: Query, { options, say, signal }: CommandContext): Promise<number> {
  const answer = await answerQuery(workspace, asked, { start: startLocalEngine, tables: options.has('tables'), signal });
  say.line(queryWords(asked));
  showAnswer(answer, say);
  say.json(answer);
  return 0;
}

async function extract(workspace: Workspace, asked: Query, target: string, context: CommandContext): Promise<number> {
  const { say } = context;
  const format = extname(target) === '.h5ad' ? 'h5ad' : extname(target) === '.zarr' ? 'zarr' : null;
  if (format === null) throw failure('bad-usage', { command: 'query', reason: `--out needs a name that ends in .h5ad or .zarr, not '${basename(target)}'` });
  if (existsSync(target)) refuseExisting(target);
  const startedAt = performance.now();
  const limits = limitsOf(context.options);
  const outcome = await runRecipe(workspace, extractionRecipe(asked), limits, context);
  const run = findRun(workspace, outcome.prepared.job.id);
  const answer = await exportData(workspace, run, format, target, 'counts', { start: startLocalEngine, signal: context.signal, workers: limits.workers });
  say.line(`${answer.target}: ${formatCount(answer.cells)} cells x ${formatCount(answer.genes)} genes, ${formatBytes(answer.bytes)}`);
  for (const note of answer.notes) say.line(`  - ${note}`);
  const seconds = (performance.now() - startedAt) / 1000;
  say.json({ ok: true, seconds, run: run.job.id, path: answer.target, cells: answer.cells, genes: answer.genes, bytes: answer.bytes, plates: run.plates.map(({ name }) => name), notes: answer.notes });
  return 0;
}

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
