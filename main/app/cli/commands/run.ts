/** `truckee run RECIPE`: checks, runs and reports a recipe over datasets of the workspace. */
import type { FinalEvent } from '../../../../protocol/events.ts';
import { formatBytes, formatSeconds } from '../../../../protocol/format.ts';
import type { Recipe } from '../../../../protocol/recipe.ts';
import { resultsOfJob } from '../../../catalog/jobs.ts';
import { findResult } from '../../../catalog/results.ts';
import type { StartEngine } from '../../../engine/contract.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { endedWell } from '../../../jobs/ended.ts';
import { prepareJob, type Prepared } from '../../../jobs/prepare.ts';
import { runJob } from '../../../jobs/run.ts';
import { probeHardware, type Limits } from '../../../preflight/hardware.ts';
import type { Workspace } from '../../../workspace.ts';
import { onePositional, type Command, type CommandContext } from '../command.ts';
import { createProgressView } from '../progress.ts';
import { withLockedWorkspace } from '../session.ts';
import { showPreflight } from './preflight.ts';
import { limitsOf, loadRecipe, runOptions } from './run-options.ts';
import { stepsHelp } from './step-help.ts';

export const run: Command = {
  name: 'run',
  summary: 'Run a recipe: a JSON file, - for standard input, or the name of a ready recipe.',
  usage: 'RECIPE [--set STEP.PARAM=VALUE]... [--memory SIZE] [--workers N] [--pack]',
  options: {
    ...runOptions,
    pack: { help: 'First build packs beside plates that lack one (see truckee pack). With two passes or more this costs no time: every pass reads packs.' },
  },
  help: stepsHelp,
  run: (context) =>
    withLockedWorkspace(context.workspacePath, async (workspace) => {
      const recipe = loadRecipe(onePositional(context, 'run', 'RECIPE'), context.options);
      const outcome = await runRecipe(workspace, recipe, limitsOf(context.options), context, { packs: context.options.has('pack') });
      const { say } = context;
      say.json(summaryOf(outcome));
      say.line();
      say.line(`Done in ${formatSeconds(outcome.done.seconds)} (${formatSeconds(outcome.done.cpuSeconds)} of processor time, at most ${formatBytes(outcome.done.peakBytes)} of memory).`);
      for (const result of outcome.results) say.line(`  ${result.step.padEnd(10)} ${result.path}`);
      say.line(`Next: truckee export ${outcome.prepared.job.id.slice(0, 8)} --h5ad out.h5ad --notebook out.ipynb --figure umap.svg`);
      return 0;
    }),
};

export interface RunOutcome {
  readonly prepared: Prepared;
  readonly done: Extract<FinalEvent, { kind: 'done' }>;
  readonly results: readonly RunResult[];
}

export interface RunResult {
  readonly step: string;
  readonly id: string;
  readonly path: string;
  readonly fingerprint: string;
  readonly reused: boolean;
}

/** Runs to the end. @throws what the run ended with when that is not `done`. */
export async function runRecipe(
  workspace: Workspace, recipe: Recipe, limits: Limits, context: Pick<CommandContext, 'say' | 'json' | 'signal'>, options: { packs?: boolean; /** What it takes has been told, as a part of something larger. */ told?: boolean; /** Default: an engine of its own. */ start?: StartEngine } = {},
): Promise<RunOutcome> {
  const hardware = probeHardware(workspace.root, limits);
  const prepared = prepareJob(workspace, recipe, hardware, limits.override, options.packs);
  context.say.line(`${recipe.title || recipe.name}: ${prepared.job.plates.map((plate) => plate.name).join(', ')}`);
  if (!options.told) showPreflight(prepared.preflight, context.say);
  if (prepared.preflight.refusal) throw prepared.preflight.refusal;
  const view = createProgressView(context.say, context.json);
  for (const note of prepared.preflight.notes) context.say.json({ kind: 'note', step: null, level: 'info', text: note });
  const running = runJob(workspace, recipe, prepared.job, { start: options.start ?? startLocalEngine, limits, onEvent: (logged) => view.show(logged) });
  const onAbort = (): void => running.cancel();
  context.signal.addEventListener('abort', onAbort);
  if (context.signal.aborted) onAbort();
  const final = await running.finished;
  context.signal.removeEventListener('abort', onAbort);
  view.close();
  return { prepared, done: endedWell(final), results: resultsOf(workspace, prepared) };
}

function resultsOf(workspace: Workspace, prepared: Prepared): RunResult[] {
  return resultsOfJob(workspace.catalog, prepared.job.id).map(({ step, fingerprint, reused }) => {
    const folder = findResult(workspace.catalog, fingerprint)!.folder;
    return { step, id: folder, path: `${workspace.folders.results}/${folder}`, fingerprint, reused };
  });
}

export function summaryOf({ prepared, done, results }: RunOutcome) {
  return {
    ok: true, run: prepared.job.id, seconds: done.seconds, cpu_seconds: done.cpuSeconds, peak_bytes: done.peakBytes, results,
  };
}
