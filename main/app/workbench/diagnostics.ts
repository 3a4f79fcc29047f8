/** A text to send along with a question: what is installed, what the machine is, how the last runs went. No data, no personal paths. */
import { withoutPaths } from '../../../protocol/paths.ts';
import { formatBytes } from '../../../protocol/format.ts';
import { listDatasets } from '../../catalog/datasets.ts';
import { listJobs } from '../../catalog/jobs.ts';
import { readEvents } from '../../jobs/log.ts';
import { about } from '../about.ts';
import type { Workbench } from './session.ts';

/** Log lines of the last run that go along. */
const mostLines = 500;

export function diagnostics(bench: Workbench): { name: string; text: string } {
  const { workspace } = bench;
  const { version, machine, packages } = about(bench.options.shell);
  const jobs = listJobs(workspace.catalog);
  const last = jobs.at(-1);
  const lines = [
    `# Truckee ${version}: diagnostics`, '',
    `${machine.os}; ${machine.cpu}, ${machine.cores} cores, ${formatBytes(machine.memoryBytes)}; Node ${machine.node}; GPU ${machine.gpu}`, '',
    '## Packages', '', ...packages.map((one) => `- ${one.name} ${one.version} (${one.license})`), '',
    '## Datasets', '',
    ...listDatasets(workspace.catalog).map(({ report }, i) => `- dataset ${i + 1}: ${report.format}, ${report.n_obs} x ${report.n_vars}, counts in ${report.counts_in ?? 'no slot'}, ${report.problems.length} problem(s)${report.demo ? ', demo' : ''}`), '',
    '## Runs', '', ...jobs.slice(-20).map((job) => `- ${job.queuedAt} ${job.state}${job.error ? `: ${job.error.kind}: ${job.error.message}` : ''}`), '',
    '## Log of the last run', '',
    ...(last ? readEvents(workspace, last.id).slice(-mostLines).map((one) => JSON.stringify(one.event)) : ['none']),
  ];
  // Names of files can say whose they are, or what of: numbers say as much to whoever helps.
  const text = listDatasets(workspace.catalog).map(({ name }, i) => ({ name, number: i + 1 })).sort((a, b) => b.name.length - a.name.length)
    .reduce((whole, { name, number }) => whole.replaceAll(name, `dataset ${number}`), lines.join('\n'));
  return { name: `truckee-diagnostics-${new Date().toISOString().slice(0, 10)}.md`, text: `${withoutPaths(text)}\n` };
}
