/** `truckee inspect FILE`: what a file holds, and what is wrong with it. */
import { formatBytes, formatCount } from '../../../../protocol/format.ts';
import type { InspectMatrix, InspectReport } from '../../../../protocol/inspect.ts';
import { datasetName, inspectFile } from '../../../datasets/register.ts';
import { pathOf, remoteFacts, remoteWords } from '../../../datasets/remote-files.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { onePositional, type Command, type Speaker } from '../command.ts';

export const inspect: Command = {
  name: 'inspect',
  summary: 'Describe an h5ad or a 10x .h5 (also behind a URL, without downloading it), a Zarr store or a 10x matrix folder, and list its defects.',
  usage: 'FILE|URL [--scan]',
  options: {
    scan: { help: 'Read every value: nonzeros, sum, largest, whether all are integers, NaN and negative values.' },
    'header-env': { value: 'VAR', help: 'For a URL: environment variable with an Authorization header.' },
  },
  async run(context) {
    const { options, say, signal, workspacePath } = context;
    const path = await pathOf(onePositional(context, 'inspect', 'FILE'), workspacePath, { headerVariable: options.text('header-env'), signal });
    const { report } = await inspectFile(path, datasetName(path), { start: startLocalEngine, scan: options.has('scan'), signal });
    const remote = remoteFacts(path);
    say.json(remote ? { ...report, remote } : report);
    describe(report, say);
    if (remote) say.line(`  ${remoteWords(remote)}`);
    return 0;
  },
};

function describe(report: InspectReport, say: Speaker): void {
  say.line(`${report.path}${report.demo ? '   [demo data]' : ''}`);
  say.line(`  ${formatCount(report.n_obs)} cells x ${formatCount(report.n_vars)} genes, ${report.format}, ${formatBytes(report.bytes)}, encoding ${report.encoding}`);
  if (report.X) say.line(`  X: ${matrixLine(report.X)}`);
  else say.line('  X: none');
  for (const [name, layer] of Object.entries(report.layers)) say.line(`  layers/${name}: ${matrixLine(layer)}`);
  if (report.raw) say.line(`  raw/X: ${formatCount(report.raw.n_vars)} genes, ${matrixLine(report.raw.X)}`);
  say.line(`  counts are in ${report.counts_in ?? 'no slot that was found'}`);
  for (const [name, shape] of Object.entries(report.obsm)) say.line(`  obsm/${name}: ${shape.join(' x ')}`);
  say.line(`  obs: ${report.obs.map((c) => (c.levels === undefined ? c.name : `${c.name} (${c.levels})`)).join(', ') || 'no columns'}`);
  say.line(`  var: ${report.var.map((c) => c.name).join(', ') || 'no columns'}`);
  for (const problem of report.problems) say.line(`  ! ${problem.where}: ${problem.message}`);
}

function matrixLine(matrix: InspectMatrix): string {
  const parts: string[] = [matrix.kind, matrix.dtype];
  if (matrix.chunks) parts.push(`chunks of ${matrix.chunks.map(formatCount).join(' x ')}`);
  parts.push(matrix.filter ? `${matrix.filter}${matrix.shuffle ? ' + shuffle' : ''}` : 'uncompressed');
  if (matrix.nnz !== undefined) {
    parts.push(`${formatCount(matrix.nnz)} nonzeros`, `sum ${matrix.sum}`, `largest ${matrix.max}`, matrix.integer ? 'integers' : 'with fractions');
  }
  return parts.join(', ');
}
