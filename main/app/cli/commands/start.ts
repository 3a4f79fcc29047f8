/** `truckee start`: the main job from nothing - demo plates, the guided recipe, notebook and figures - told as it happens. */
import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { readyRecipe } from '../../../../steps/recipes.ts';
import { saveNotebook, saveRecord } from '../../documents.ts';
import { defaultFigure, drawFigure } from '../../outputs.ts';
import { findRun, type PastRun } from '../../../jobs/past-run.ts';
import { listDatasets } from '../../../catalog/datasets.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import type { Workspace } from '../../../workspace.ts';
import type { Command, CommandContext } from '../command.ts';
import { withLockedWorkspace } from '../session.ts';
import { makeDemo } from '../../demo.ts';
import { findElectron } from '../../electron/find.ts';
import { packageRoot } from '../../../version.ts';
import { createProgressView } from '../progress.ts';
import { showIn } from './generate.ts';
import { runWorkbench, serveOptions } from './serve.ts';
import { limitsOf, runOptions } from './run-options.ts';
import { runRecipe, summaryOf } from './run.ts';

export const start: Command = {
  name: 'start',
  summary: 'Run the main job - on first start demo plates are made, then PCA, UMAP and clusters, notebook and figures - and open the workbench.',
  usage: '[--headless]',
  options: { ...runOptions, ...serveOptions, headless: { help: 'End after the summary, without a workbench.' } },
  async run(context) {
    const code = await runMainJob(context);
    if (code !== 0 || context.options.has('headless') || context.signal.aborted) return code;
    context.say.line();
    return openTheWorkbench(context);
  },
};

/** A window where Electron's program is there, else the browser; says which and why. */
async function openTheWorkbench(context: CommandContext): Promise<number> {
  const { path, reason } = findElectron();
  if (path === null || context.options.has('no-open') || context.options.has('port')) return runWorkbench(context, path === null ? `The workbench opens in your browser: ${reason}.` : undefined);
  context.say.line('The workbench opens in its window.');
  const child = spawn(path, [packageRoot, '--workspace', context.workspacePath], { stdio: 'inherit' });
  context.signal.addEventListener('abort', () => child.kill());
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 0)));
}

function runMainJob(context: CommandContext): Promise<number> {
  return withLockedWorkspace(context.workspacePath, async (workspace) => {
    const { say } = context;
    say.line(`Workspace: ${workspace.root}`);
    await showDemo(workspace, context);
    const rows = listDatasets(workspace.catalog);
    const outcome = await runRecipe(workspace, readyRecipe('pca-umap'), limitsOf(context.options), context);
    const files = await takeAlong(workspace, findRun(workspace, outcome.prepared.job.id), context);
    say.line();
    for (const file of files) say.line(`  ${file}`);
    say.line(`  results: ${workspace.folders.results}`);
    say.line(`Done in ${formatSeconds(outcome.done.seconds)}, at most ${formatBytes(outcome.done.peakBytes)} of memory.`);
    if (rows.some((row) => row.report.demo)) say.line('These are demo data: generated, not measured.');
    say.json({ ...summaryOf(outcome), files });
    return 0;
  });
}

async function showDemo(workspace: Workspace, context: CommandContext): Promise<void> {
  const { say } = context;
  const view = createProgressView(say, context.json);
  const made = await makeDemo(workspace, {
    start: startLocalEngine, limits: limitsOf(context.options), signal: context.signal, onEvent: showIn(view),
    onMake: () => say.line('No datasets yet: making three demo plates (generated data with the layout of the Tahoe atlas).'),
  });
  view.close();
  if (made) say.line(`${formatCount(made.cells)} demo cells in ${relative(workspace.root, made.folder)}/, made in ${formatSeconds(made.seconds)}.`);
}

/** Notebook, UMAP figure, PCA figure and record of a run, under the run's own names; what is there already is kept. */
async function takeAlong(workspace: Workspace, run: PastRun, context: CommandContext): Promise<string[]> {
  const name = `${run.recipe.name}-${run.job.id.slice(0, 8)}`;
  const output = { start: startLocalEngine, signal: context.signal };
  const { colors } = defaultFigure(run);
  const figure = (basis: string, file: string): Promise<string> =>
    drawFigure(workspace, run, { basis, colors, title: run.recipe.title }, join(workspace.folders.figures, file), output);
  return [
    saveNotebook(workspace, run, join(workspace.folders.notebooks, `${name}.ipynb`), null),
    await figure('X_umap', `${name}-umap.svg`),
    await figure('X_pca', `${name}-pca.svg`),
    saveRecord(workspace, run, join(workspace.folders.exports, `${name}-record.md`)),
  ];
}
