/** The steps of a run in order: why, what Truckee's own run gave, and the same in scanpy. */
import { formatSeconds } from '../../protocol/format.ts';
import { code, markdown, pythonLiteral, type NotebookCell, type PythonNames, type StepDefinition } from '../../steps/define.ts';
import { steps, type StepId } from '../../steps/table.ts';
import type { z } from 'zod';
import { escapeMarkdown, plainValue } from './markdown.ts';
import type { NotebookInput, NotebookResult } from './notebook.ts';
import { fromGpuCells, lastOnGpu } from './notebook.gpu.ts';
import { isLazy } from './notebook.read.ts';

export function stepCells(input: NotebookInput): NotebookCell[] {
  const names: PythonNames = { adata: 'adata', plates: input.datasets.length, seed: input.recipe.seed, library: input.gpu ? 'rsc' : 'sc' };
  const scripts = input.steps.map((step) => pythonOf(step.id, step.params, names));
  const wantsCounts = scripts.some((cells) => cells.some((cell) => cell.kind === 'code' && cell.text.includes("layer='counts'")));
  const cells: NotebookCell[] = [];
  input.steps.forEach((step, i) => {
    const { title, why } = steps[step.id];
    const result = input.results.filter((one) => one.step === step.id).at(-1);
    cells.push(markdown(`## ${i + 1}. ${title}`, '', why, ...(result ? ['', outcomeWords(result)] : [])));
    if (wantsCounts && step.id === 'normalize') cells.push(code("adata.layers['counts'] = adata.X.copy()  # gene selection works on counts"));
    const script = scripts[i]!;
    cells.push(...(script.length > 0 ? script : [markdown('Nothing to do with these parameters.')]));
    if (input.gpu && step.id === lastOnGpu(input)) cells.push(...fromGpuCells());
    if (step.id === 'pca' && isLazy(input)) {
      cells.push(code(
        '# the scores are small enough for memory; everything after works on them',
        "scores = adata.obsm['X_pca']",
        "adata.obsm['X_pca'] = np.asarray(scores.compute() if hasattr(scores, 'compute') else scores)",
      ));
    }
  });
  return cells;
}

/** Parameters were resolved by the step's own schema before the run. */
function pythonOf(id: StepId, params: Readonly<Record<string, unknown>>, names: PythonNames): readonly NotebookCell[] {
  const definition = steps[id] as StepDefinition<StepId, z.ZodObject>;
  return definition.python({ ...params }, names);
}

function outcomeWords({ outcome, wallSeconds, cpuSeconds }: NotebookResult): string {
  const facts = Object.entries(outcome).map(([key, value]) => `${escapeMarkdown(key.replaceAll('_', ' '))}: ${escapeMarkdown(plainValue(value))}`);
  const times = `${formatSeconds(wallSeconds)} wall, ${formatSeconds(cpuSeconds)} CPU`;
  return `*In Truckee* (${times})${facts.length > 0 ? `: ${facts.join('; ')}` : ''}.`;
}

export function plotCells(input: NotebookInput): NotebookCell[] {
  const ran = (id: StepId): boolean => input.steps.some((step) => step.id === id);
  if (!ran('pca') && !ran('umap')) return [];
  const clusters = input.steps.flatMap((step) => (step.id === 'leiden' ? [String(step.params['key_added'])] : []));
  const wanted = [...new Set([...(input.colors ?? ['cell_line']), 'plate', ...clusters])];
  const lines = [`colors = [name for name in ${pythonLiteral(wanted)} if name in adata.obs]`];
  if (ran('pca')) lines.push("sc.pl.pca(adata, color=colors, ncols=1)", 'sc.pl.pca_variance_ratio(adata, n_pcs=min(50, adata.obsm[\'X_pca\'].shape[1]))');
  if (ran('umap')) lines.push('sc.pl.umap(adata, color=colors, ncols=1)');
  return [markdown('## Figures'), code(...lines)];
}
