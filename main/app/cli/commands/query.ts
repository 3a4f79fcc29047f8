/** `truckee query`: how many cells fit a question, where they are, what reading them would cost; with --out extracts them. */
import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { leftOf } from '../../../../io/unfinished.ts';
import { failure, TruckeeError } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { queryWords, type Query, type QueryAnswer } from '../../../../protocol/query.ts';
import type { StartEngine } from '../../../engine/contract.ts';
import { createLastingEngines } from '../../../engine/lasting.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { findRun } from '../../../jobs/past-run.ts';
import type { Workspace } from '../../../workspace.ts';
import { answerQuery } from '../../answer-query.ts';
import { extractionRecipe, planExtraction, writeExtraction } from '../../extraction.ts';
import { refuseExisting } from '../../outputs.ts';
import type { Command, CommandContext, Speaker } from '../command.ts';
import { withLockedWorkspace, withWorkspace } from '../session.ts';
import { showLines } from './preflight.ts';
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
    override: { help: 'Extract although preflight refuses, unless it cannot work at all.' },
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

/** Choosing and writing are done by one engine, which starts while another one counts: starting one for each would take as long as a third of the writing. */
async function extract(workspace: Workspace, asked: Query, target: string, context: CommandContext): Promise<number> {
  const engines = createLastingEngines(startLocalEngine, { seats: 1, mostBytes: Infinity, ready: 'runs' });
  try {
    engines.warm();
    return await extractWith(engines.start, workspace, asked, target, context);
  } finally {
    engines.close();
  }
}

async function extractWith(start: StartEngine, workspace: Workspace, asked: Query, target: string, context: CommandContext): Promise<number> {
  const { say } = context;
  const format = extname(target) === '.h5ad' ? 'h5ad' : extname(target) === '.zarr' ? 'zarr' : null;
  if (format === null) throw failure('bad-usage', { command: 'query', reason: `--out needs a name that ends in .h5ad or .zarr, not '${basename(target)}'` });
  if (existsSync(target)) refuseExisting(target);
  const startedAt = performance.now();
  const limits = limitsOf(context.options);
  const wish = { query: asked, format, memoryBytes: limits.memoryBytes, override: limits.override === true } as const;
  const plan = await planExtraction(workspace, wish, target, { start: startLocalEngine, signal: context.signal, workers: limits.workers });
  say.line(`Extracts ${formatCount(plan.cells)} cells of ${plan.plates} plate(s)`);
  showLines(plan.lines, say);
  for (const note of plan.notes) say.line(`  - ${note}`);
  if (plan.refusal) throw new TruckeeError(plan.refusal);
  const outcome = await runRecipe(workspace, extractionRecipe(asked), limits, context, { told: true, start });
  const run = findRun(workspace, outcome.prepared.job.id);
  const answer = await writeExtraction(workspace, run, format, target, plan.writing, { start, signal: context.signal }).catch((thrown: unknown) => {
    for (const path of leftOf(target)) say.line(`What was written is kept in ${path}: delete it if you will not go on.`);
    throw thrown;
  });
  say.line(`${answer.target}: ${formatCount(answer.cells)} cells x ${formatCount(answer.genes)} genes, ${formatBytes(answer.bytes)}`);
  for (const note of answer.notes) say.line(`  - ${note}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const { ramBytes, diskBytes, seconds: writingSeconds, workers } = plan.writing;
  say.json({
    ok: true, seconds, run: run.job.id, path: answer.target, cells: answer.cells, genes: answer.genes, bytes: answer.bytes, peak_bytes: answer.peakBytes,
    planned: { ram_bytes: ramBytes, disk_bytes: diskBytes, seconds: writingSeconds, workers }, plates: run.plates.map(({ name }) => name), notes: answer.notes,
  });
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
