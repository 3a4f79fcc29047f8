/** `truckee export RUN`: data files, notebook, figure and record of a run. */
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount } from '../../../../protocol/format.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { findRun } from '../../../jobs/past-run.ts';
import { saveNotebook, saveRecord } from '../../documents.ts';
import { defaultFigure, drawFigure, exportData, type OutputOptions } from '../../outputs.ts';
import { onePositional, type Command, type OptionValues } from '../command.ts';
import { createProgressView } from '../progress.ts';
import { withWorkspace } from '../session.ts';

const formats = ['h5ad', 'zarr', 'csv'] as const;

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write the outcome of a run as h5ad, Zarr, CSV, notebook, figure or record.',
  usage: 'RUN --h5ad F | --zarr D | --csv F | --notebook F | --figure F | --record F',
  options: {
    h5ad: { value: 'FILE', help: 'AnnData file: kept cells, their counts and everything computed.' },
    zarr: { value: 'FOLDER', help: 'The same as an AnnData Zarr (v2) store.' },
    csv: { value: 'FILE', help: 'One row per kept cell: obs columns and embeddings.' },
    notebook: { value: 'FILE', help: 'Jupyter notebook that does the same in Python.' },
    gpu: { help: 'Write the notebook for rapids-singlecell on an NVIDIA GPU.' },
    figure: { value: 'FILE', help: 'SVG of the embedding.' },
    record: { value: 'FILE', help: 'What was run, with what, on what: Markdown.' },
    x: { value: 'WHAT', help: 'X of h5ad and Zarr: counts (default), lognorm or none.' },
    basis: { value: 'SLOT', help: 'Embedding of the figure: X_umap (default where there is one) or X_pca.' },
    color: { value: 'COLUMN,...', help: 'Obs columns of the figure, one panel each (default: cell line, plate, clusters).' },
  },
  help: () => "RUN is the start of a run's id (truckee results lists them), or latest.",
  run: (context) =>
    withWorkspace(context.workspacePath, async (workspace) => {
      const { options, say } = context;
      const run = findRun(workspace, onePositional(context, 'export', 'RUN'));
      const view = createProgressView(say, context.json);
      let number = 0;
      const output: OutputOptions = {
        start: startLocalEngine, signal: context.signal,
        onEvent: (event) => view.show({ job: run.job.id, number: ++number, at: new Date().toISOString(), event }),
      };
      const files: { kind: string; path: string }[] = [];
      for (const format of formats) {
        const target = options.text(format);
        if (target === undefined) continue;
        const answer = await exportData(workspace, run, format, target, matrixOf(options), output);
        view.close();
        say.line(`${answer.target}: ${formatCount(answer.cells)} cells, ${formatBytes(answer.bytes)}`);
        files.push({ kind: format, path: answer.target });
      }
      const figure = options.text('figure');
      if (figure !== undefined) {
        const standard = defaultFigure(run);
        const colors = options.text('color')?.split(',').map((name) => name.trim()).filter(Boolean) ?? standard.colors;
        const path = await drawFigure(workspace, run, { basis: options.text('basis') ?? standard.basis, colors, title: run.recipe.title }, figure, { ...output, onEvent: () => undefined });
        say.line(path);
        files.push({ kind: 'figure', path });
      }
      const notebook = options.text('notebook');
      if (notebook !== undefined) {
        files.push({ kind: 'notebook', path: saveNotebook(workspace, run, notebook, options.text('h5ad') ?? options.text('zarr') ?? null, options.has('gpu')) });
      }
      const record = options.text('record');
      if (record !== undefined) files.push({ kind: 'record', path: saveRecord(workspace, run, record) });
      for (const file of files.filter(({ kind }) => kind === 'notebook' || kind === 'record')) say.line(file.path);
      if (files.length === 0) {
        throw failure('bad-usage', { command: 'export', reason: 'nothing to export: name at least one of --h5ad, --zarr, --csv, --notebook, --figure, --record' });
      }
      say.json({ ok: true, run: run.job.id, files });
      return 0;
    }),
};

function matrixOf(options: OptionValues): 'counts' | 'lognorm' | 'none' {
  const wanted = options.text('x') ?? 'counts';
  if (wanted !== 'counts' && wanted !== 'lognorm' && wanted !== 'none') {
    throw failure('bad-usage', { command: 'export', reason: `--x is counts, lognorm or none, not '${wanted}'` });
  }
  return wanted;
}
