/** The record of a run as Markdown: packages, dependencies, components, data, steps with parameters, times and outcome. */
import { formatBytes, formatCount, formatSeconds } from '../../protocol/format.ts';
import type { Provenance } from '../../protocol/provenance.ts';
import { isStepId, steps } from '../../steps/table.ts';
import { escapeMarkdown, markdownTable, plainValue } from './markdown.ts';
import { directPins, transitivePackages } from './pins.table.ts';

/** The machine as it was when the record is written. */
export interface RecordMachine {
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly gpu: string;
  readonly driver: string;
}

export interface RecordInput {
  readonly title: string;
  readonly recipe: { readonly name: string; readonly seed: number; readonly genes: string };
  /** One per step, in recipe order. */
  readonly results: readonly { readonly provenance: Provenance; readonly reused: boolean }[];
  readonly datasets: readonly { readonly name: string; readonly file: string; readonly cells: number; readonly genes: number; readonly fingerprint: string; readonly demo: boolean }[];
  readonly machine: RecordMachine;
  /** Truckee's own npm packages by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly versions: { readonly truckee: string };
  /** ISO time of writing. */
  readonly date: string;
}

/** No absolute path appears in it, whatever the notes of the run say. */
export function writeRecord(input: RecordInput): string {
  const { title, recipe, results, datasets } = input;
  const wall = results.reduce((sum, { provenance }) => sum + provenance.wallSeconds, 0);
  const cpu = results.reduce((sum, { provenance }) => sum + provenance.cpuSeconds, 0);
  const parts = [
    `# Run record: ${escapeMarkdown(title)}`,
    `Recipe ${escapeMarkdown(recipe.name)}, seed ${recipe.seed}, genes: ${escapeMarkdown(recipe.genes)}. ${results.length} steps, ${formatSeconds(wall)} wall and ${formatSeconds(cpu)} CPU time in all.`,
  ];
  if (datasets.some((dataset) => dataset.demo)) parts.push('**Demo data: generated, not measured.**');
  parts.push('## Packages', packageTable(input), '## Dependencies', dependencyTable(), '## Components', componentTable(input), '## Data', dataTable(input), '## Steps', timeTable(input));
  results.forEach(({ provenance }, i) => parts.push(...stepParts(provenance, i + 1)));
  return `${parts.join('\n\n')}\n`;
}

function packageTable({ versions, packages, results }: RecordInput): string {
  const runtime = results[0]?.provenance.versions ?? {};
  const rows = [['truckee', versions.truckee, 'this program'], ...Object.entries(runtime).map(([name, version]) => [name, version, 'runtime']), ...Object.entries(packages).map(([name, version]) => [name, version, 'package'])];
  return markdownTable(['package', 'version', 'role'], rows.filter((row) => row[1] !== '').map((row) => row.map((cell) => escapeMarkdown(cell!))));
}

function dependencyTable(): string {
  const direct = directPins.map((pin) => ['direct', pin.requirement, pin.version, pin.why]);
  const transitive = transitivePackages.map((entry) => ['transitive', entry.package, 'as resolved', `through ${entry.via}`]);
  return `For the exported notebook, without a GPU:\n\n${markdownTable(['kind', 'package', 'version', 'why'], [...direct, ...transitive].map((row) => row.map(escapeMarkdown)))}`;
}

function componentTable({ machine, results, date }: RecordInput): string {
  const used = [...new Set(results.map(({ provenance }) => provenance.kernels))].join(', ');
  const gpu = [...new Set(results.map(({ provenance }) => String(provenance.hardware['gpu'] ?? '')))].filter(Boolean).join(', ');
  const rows = [
    ['operating system', machine.os], ['CPU', `${machine.cpu} (${machine.cores} cores)`], ['GPU', machine.gpu], ['GPU driver', machine.driver],
    ['memory', formatBytes(machine.memoryBytes)], ['kernel set used', used || 'unknown'], ['GPU use in this run', gpu || 'unknown'], ['date', date],
  ];
  return markdownTable(['component', 'value'], rows.map((row) => row.map((cell) => escapeMarkdown(cell!))));
}

function dataTable({ datasets }: RecordInput): string {
  const rows = datasets.map((dataset) => [
    escapeMarkdown(dataset.name), escapeMarkdown(dataset.file.replace(/^.*[\\/]/, '')), formatCount(dataset.cells), formatCount(dataset.genes), dataset.demo ? 'demo' : 'real', `\`${dataset.fingerprint.replace(/[^0-9a-f]/g, '').slice(0, 16)}\``,
  ]);
  return markdownTable(['name', 'file', 'cells', 'genes', 'data', 'fingerprint'], rows);
}

function timeTable({ results }: RecordInput): string {
  const rows = results.map(({ provenance: p, reused }) => [
    escapeMarkdown(p.step), formatSeconds(p.wallSeconds), formatSeconds(p.cpuSeconds), p.peakBytes === null ? 'unknown' : formatBytes(p.peakBytes), String(p.passes), String(p.workers), reused ? 'reused' : 'computed',
  ]);
  return markdownTable(['step', 'wall time', 'CPU time', 'peak memory', 'passes', 'workers', 'result'], rows);
}

function stepParts(provenance: Provenance, number: number): string[] {
  const { step, stepVersion, params, outcome, notes } = provenance;
  const title = isStepId(step) ? steps[step].title : escapeMarkdown(step);
  const list = (values: Readonly<Record<string, unknown>>): string => Object.entries(values).map(([key, value]) => `- ${escapeMarkdown(key)}: ${escapeMarkdown(plainValue(value))}`).join('\n') || '- none';
  return [
    `### ${number}. ${title} (${escapeMarkdown(step)}, version ${stepVersion})`,
    `Parameters\n\n${list(params)}`,
    `Outcome\n\n${list(outcome)}`,
    ...(notes.length > 0 ? [`Notes\n\n${notes.map((note) => `- ${escapeMarkdown(note)}`).join('\n')}`] : []),
    `Result \`${provenance.fingerprint.slice(0, 16)}\`, started ${escapeMarkdown(provenance.started)}.`,
  ];
}
