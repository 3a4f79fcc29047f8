/** `truckee preflight RECIPE`: what a run will need, and whether it fits, before anything is read. */
import type { PreflightLine } from '../../../../protocol/api.types.ts';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { prepareJob } from '../../../jobs/prepare.ts';
import { pastSteps } from '../../../preflight/calibration.ts';
import { probeHardware } from '../../../preflight/hardware.ts';
import type { Preflight } from '../../../preflight/judge.ts';
import type { Workspace } from '../../../workspace.ts';
import { onePositional, type Command, type Speaker } from '../command.ts';
import { withWorkspace } from '../session.ts';
import { limitsOf, loadRecipe, runOptions } from './run-options.ts';
import { chunkTable } from '../../../preflight/chunk-table.ts';

export const preflight: Command = {
  name: 'preflight',
  summary: 'Say what a recipe needs in memory, disk and time here, without running it.',
  usage: 'RECIPE [--memory SIZE] [--workers N] [--set STEP.PARAM=VALUE]...',
  options: { ...runOptions, table: { help: 'Also print memory per worker -> rows per chunk, by the rule the planner uses.' }, history: { help: 'Also print what past runs took here, beside what was predicted.' } },
  run: (context) =>
    withWorkspace(context.workspacePath, async (workspace) => {
      const { options, say } = context;
      const recipe = loadRecipe(onePositional(context, 'preflight', 'RECIPE'), options);
      const hardware = probeHardware(workspace.root, limitsOf(options));
      const { preflight: found, job } = prepareJob(workspace, recipe, hardware, options.has('override'));
      const cells = job.plates.reduce((n, plate) => n + plate.facts.nObs, 0);
      say.line(`${formatCount(cells)} cells in ${job.plates.length} file(s), recipe ${recipe.name}`);
      showPreflight(found, say);
      if (options.has('table')) {
        const stored = job.plates.reduce((n, plate) => n + plate.facts.matrix.stored, 0);
        for (const row of chunkTable(hardware.memoryBytes, stored / Math.max(1, cells))) {
          say.json({ kind: 'chunk-table', ...row });
          say.line(`  ${formatBytes(row.workerBytes).padStart(10)} per worker -> ${formatCount(row.chunkRows).padStart(8)} rows per chunk, ${row.workers} worker(s) in ${formatBytes(hardware.memoryBytes)}`);
        }
      }
      if (options.has('history')) showHistory(workspace, say);
      say.json({ ok: found.ok, ...(found.refusal ? { error: found.refusal.data, overridable: found.overridable } : {}), lines: found.lines, steps: found.steps, notes: found.notes });
      if (found.refusal) {
        say.line();
        say.line(found.refusal.data.message);
        say.line(found.refusal.data.remedy);
        if (found.overridable) say.line('Or run it all the same: --override.');
      }
      return found.ok ? 0 : 1;
    }),
};

function showHistory(workspace: Workspace, say: Speaker): void {
  for (const past of pastSteps(workspace)) {
    say.json({ kind: 'history', ...past });
    const memory = past.peakBytes === null ? '' : `, ${formatBytes(past.peakBytes)} of memory (${formatBytes(past.predictedBytes)})`;
    say.line(`    ${past.step.padEnd(10)} ${past.at.slice(0, 16)}  took ${formatSeconds(past.seconds)} (predicted ${formatSeconds(past.predictedSeconds)})${memory}, ${formatBytes(past.diskBytes)} of disk (${formatBytes(past.predictedDiskBytes)})`);
  }
}

/** One line per resource. */
export function showLines(lines: readonly PreflightLine[], say: Speaker): void {
  for (const { resource, needed, available, verdict, remedy } of lines) {
    // Time is not measured against anything.
    const judged = resource === 'time' ? `with ${available}` : `of ${available.padEnd(10)} ${verdict}${remedy ? `: ${remedy}` : ''}`;
    say.line(`  ${resource.padEnd(7)} ${needed.padStart(9)} ${judged}`);
  }
}

export function showPreflight(found: Preflight, say: Speaker): void {
  showLines(found.lines, say);
  for (const step of found.steps) {
    const what = step.reused ? 'unchanged, will be reused' : `${formatSeconds(step.seconds)}${step.calibrated ? ' (from past runs)' : ''}, ${step.expectedRamBytes === null ? '' : `${formatBytes(step.expectedRamBytes)}, at most `}${formatBytes(step.ramBytes)}, ${step.passes} pass(es), ${step.workers} worker(s), chunks of ${formatCount(step.chunkRows)} rows`;
    say.line(`    ${step.step.padEnd(10)} ${what}`);
  }
  for (const note of found.notes) say.line(`  - ${note}`);
}
