/** `truckee de`: compares conditions with their control, shows the leading genes, writes tables. */
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { makeFolder } from '../../../../io/make-folder.ts';
import type { DeOverview } from '../../../../protocol/de.ts';
import { failure } from '../../../../protocol/errors.ts';
import { formatCount } from '../../../../protocol/format.ts';
import { asJobId } from '../../../../protocol/ids.ts';
import type { DeJob } from '../../../../protocol/jobs.ts';
import { recipeSchema, type Recipe } from '../../../../protocol/recipe.ts';
import { deFolder, deMethods } from '../../../../steps/de.ts';
import { readyRecipe } from '../../../../steps/recipes.ts';
import { callEngine } from '../../../engine/call.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { findRun, type PastRun } from '../../../jobs/past-run.ts';
import { refuseExisting } from '../../outputs.ts';
import type { Command, CommandContext, OptionValues } from '../command.ts';
import { withLockedWorkspace } from '../session.ts';
import { limitsOf } from './run-options.ts';
import { runRecipe } from './run.ts';

export const de: Command = {
  name: 'de',
  summary: 'Which genes a drug moves: every dose and line against the control of the same plate.',
  usage: '[--drug NAME]... [--line NAME]... [--plate NAME]... [--against DMSO_TF] [--out F.csv|DIR]',
  options: {
    drug: { value: 'NAME', multiple: true, help: 'Drug, or a whole label of the condition column; several times for more. None: all.' },
    line: { value: 'NAME', multiple: true, help: 'Cell line by name, Cellosaurus or DepMap id.' },
    plate: { value: 'NAME', multiple: true, help: 'Plate.' },
    against: { value: 'NAME', help: 'The control (default DMSO_TF).' },
    method: { value: 'METHOD', help: `${deMethods.join(', ')} (default wilcoxon).` },
    'min-cells': { value: 'N', help: 'Fewest cells of a condition (default 10).' },
    out: { value: 'F.csv|DIR', help: 'Write every statistic: one CSV, or a folder with a Parquet table per plate and line.' },
    fdr: { value: 'X', help: 'Only rows with fdr below this (CSV).' },
    top: { value: 'N', help: 'Only so many leading genes of each condition (CSV).' },
    memory: { value: 'SIZE', help: 'Memory that all processes together may use.' },
    workers: { value: 'N', help: 'Worker threads.' },
  },
  help: () => 'What was compared before is not computed again: --out with other limits costs only the writing.',
  run: (context) =>
    withLockedWorkspace(context.workspacePath, async (workspace) => {
      const { options, say } = context;
      const out = options.text('out');
      if (out !== undefined && existsSync(resolve(out))) refuseExisting(resolve(out));
      const outcome = await runRecipe(workspace, recipeOf(options), limitsOf(options), context);
      const run = findRun(workspace, outcome.prepared.job.id);
      const overview = await ask<DeOverview>(run, { kind: 'answer', ask: { ask: 'overview' } }, context);
      show(overview, context);
      const written = out === undefined ? {} : await write(run, resolve(out), context);
      say.json({ ok: true, run: run.job.id, strata: overview.strata.length, comparisons: overview.strata.reduce((n, one) => n + one.conditions.length, 0), path: run.results.at(-1)!.path, ...written });
      return 0;
    }),
};

function recipeOf(options: OptionValues): Recipe {
  const method = options.text('method');
  const [line, plate] = [options.all('line'), options.all('plate')];
  const minCells = options.whole('min-cells', 1);
  const ready = readyRecipe('de');
  const params = {
    ...(method === undefined ? {} : { method }), ...(minCells === undefined ? {} : { min_cells: minCells }), groups: [...options.all('drug')], reference: options.text('against') ?? 'DMSO_TF',
  };
  return recipeSchema.parse({
    ...ready, ...(line.length + plate.length > 0 ? { query: { ...(line.length > 0 ? { line } : {}), ...(plate.length > 0 ? { plate } : {}) } } : {}),
    steps: ready.steps.map((step) => (step.step === 'de' ? { ...step, params: { ...step.params, ...params } } : step)),
  });
}

async function ask<Answer>(run: PastRun, wanted: DeJob['wanted'], { signal }: CommandContext): Promise<Answer> {
  const answer = await callEngine<Answer>({ kind: 'de', id: asJobId(randomUUID()), results: run.results, wanted }, { start: startLocalEngine, signal });
  if (!answer) throw failure('internal', { detail: 'the engine answered nothing' });
  return answer;
}

const mostShown = 12;

function show({ strata, reference, notes }: DeOverview, { say }: CommandContext): void {
  const rows = strata.flatMap((one) => one.conditions.map((condition) => ({ stratum: one.name, ...condition }))).sort((a, b) => b.significant - a.significant);
  say.line(`${formatCount(rows.length)} comparisons against ${reference}, most significant genes (fdr < 0.05) first:`);
  for (const row of rows.slice(0, mostShown)) {
    say.line(`  ${formatCount(row.significant).padStart(7)}  ${row.target}  ${row.stratum}  (${formatCount(row.cells)} cells against ${formatCount(row.referenceCells)})`);
  }
  if (rows.length > mostShown) say.line(`  and ${formatCount(rows.length - mostShown)} more`);
  const skipped = strata.flatMap((one) => one.skipped.map((skip) => ({ stratum: one.name, ...skip })));
  for (const skip of skipped.slice(0, mostShown)) say.line(`  skipped, because ${skip.because}: ${skip.target ?? 'all conditions'} in ${skip.stratum}`);
  if (skipped.length > mostShown) say.line(`  and ${formatCount(skipped.length - mostShown)} more skipped`);
  for (const note of notes) say.line(`  - ${note}`);
  for (const row of rows) say.json({ kind: 'comparison', ...row });
  for (const skip of skipped) say.json({ kind: 'skipped', ...skip });
}

async function write(run: PastRun, target: string, context: CommandContext): Promise<{ out: string; rows?: number }> {
  const { options, say } = context;
  const fdr = numberOf(options, 'fdr');
  const top = options.whole('top', 1);
  if (extname(target) !== '.csv') {
    if (fdr !== undefined || top !== undefined) throw failure('bad-usage', { command: 'de', reason: '--fdr and --top choose rows of a CSV; Parquet tables are whole' });
    makeFolder(target);
    const tables = join(run.results.at(-1)!.path, deFolder);
    const files = readdirSync(tables).filter((name) => name.endsWith('.parquet'));
    for (const name of files) copyFileSync(join(tables, name), join(target, name));
    say.line(`${target}: ${files.length} Parquet table(s)`);
    return { out: target };
  }
  const { rows } = await ask<{ rows: number }>(run, { kind: 'csv', target, rows: { stratum: null, targets: [], fdr: fdr ?? null, top: top ?? null } }, context);
  say.line(`${target}: ${formatCount(rows)} rows`);
  return { out: target, rows };
}

/** @throws bad-usage */
function numberOf(options: OptionValues, name: string): number | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw failure('bad-usage', { command: 'de', reason: `--${name} needs a number, not '${text}'` });
  return value;
}
