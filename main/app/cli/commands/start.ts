/** `truckee start`: the main job from nothing - demo plates, the guided recipe, notebook and figures - told as it happens. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { generateSchema } from '../../../../steps/generate.ts';
import { readyRecipe } from '../../../../steps/recipes.ts';
import { saveNotebook, saveRecord } from '../../documents.ts';
import { defaultFigure, drawFigure } from '../../outputs.ts';
import { findRun, type PastRun } from '../../../jobs/past-run.ts';
import { listDatasets } from '../../../catalog/datasets.ts';
import { registerFile } from '../../../datasets/register.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import type { Workspace } from '../../../workspace.ts';
import type { Command, CommandContext } from '../command.ts';
import { withLockedWorkspace } from '../session.ts';
import { generatePlates } from './generate.ts';
import { limitsOf, runOptions } from './run-options.ts';
import { runRecipe, summaryOf } from './run.ts';

export const start: Command = {
  name: 'start',
  summary: 'Run the main job: on first start demo plates are made, then PCA, UMAP and clusters, notebook and figures.',
  usage: '[--headless]',
  options: { ...runOptions, headless: { help: 'End after the summary.' } },
  run: (context) =>
    withLockedWorkspace(context.workspacePath, async (workspace) => {
      const { say } = context;
      say.line(`Workspace: ${workspace.root}`);
      await makeDemo(workspace, context);
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
    }),
};

/** Demo plates for a workspace without data of its own; goes on where an earlier start was interrupted. */
async function makeDemo(workspace: Workspace, context: CommandContext): Promise<void> {
  const { say } = context;
  const folder = join(workspace.root, 'demo');
  const params = generateSchema.parse({});
  const known = listDatasets(workspace.catalog).map((row) => row.path);
  if (known.length >= params.plates || known.some((path) => dirname(path) !== folder)) return;
  let plates = demoFiles(folder).filter((path) => path.endsWith('.h5ad'));
  if (plates.length !== params.plates) {
    say.line('No datasets yet: making three demo plates (generated data with the layout of the Tahoe atlas).');
    for (const path of demoFiles(folder)) rmSync(path);
    const answer = await generatePlates(folder, params, limitsOf(context.options), context);
    plates = [...answer.files];
    say.line(`${formatCount(answer.cells)} demo cells in ${relative(workspace.root, folder)}/, made in ${formatSeconds(answer.seconds)}.`);
  }
  for (const path of plates) await registerFile(workspace, path, { start: startLocalEngine, scan: false, signal: context.signal });
}

/** Demo plates of this workspace, whole or in the making. */
function demoFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /^plate\d+_demo\.h5ad(\.part)?$/.test(name)).map((name) => join(folder, name));
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
