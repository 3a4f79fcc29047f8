/** `truckee start`: the main job from nothing - demo plates, the guided recipe, notebook and figures - told as it happens. */
import { join, relative } from 'node:path';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { generateSchema } from '../../../../steps/generate.ts';
import { readyRecipe } from '../../../../steps/recipes.ts';
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
      if (listDatasets(workspace.catalog).length === 0) await makeDemo(workspace, context);
      const rows = listDatasets(workspace.catalog);
      const outcome = await runRecipe(workspace, readyRecipe('pca-umap'), limitsOf(context.options), context);
      say.line();
      say.line(`Done in ${formatSeconds(outcome.done.seconds)}, at most ${formatBytes(outcome.done.peakBytes)} of memory.`);
      if (rows.some((row) => row.report.demo)) say.line('These are demo data: generated, not measured.');
      say.json({ ...summaryOf(outcome) });
      return 0;
    }),
};

async function makeDemo(workspace: Workspace, context: CommandContext): Promise<void> {
  const { say } = context;
  say.line('No datasets yet: making three demo plates (generated data with the layout of the Tahoe atlas).');
  const folder = join(workspace.root, 'demo');
  const answer = await generatePlates(folder, generateSchema.parse({}), limitsOf(context.options), context);
  for (const file of answer.files) await registerFile(workspace, file, { start: startLocalEngine, scan: false, signal: context.signal });
  say.line(`${formatCount(answer.cells)} demo cells in ${relative(workspace.root, folder)}/, made in ${formatSeconds(answer.seconds)}.`);
}
