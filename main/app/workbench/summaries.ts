/** Datasets and runs of a workspace in the words of the contract: read from the catalog and from result records, never from arrays. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sameStamp, stampOf } from '../../../io/stamp.ts';
import type { DatasetDetail, DatasetSummary, RunDetail, RunState, RunStep, RunSummary } from '../../../protocol/api.types.ts';
import { failure } from '../../../protocol/errors.ts';
import type { Provenance } from '../../../protocol/provenance.ts';
import { parseRecipe, type Recipe } from '../../../protocol/recipe.ts';
import { isStepId, steps as definitions } from '../../../steps/table.ts';
import type { DatasetRow } from '../../catalog/datasets.ts';
import { jobPlan, listJobs, resultsOfJob, type JobRow } from '../../catalog/jobs.ts';
import { findResult } from '../../catalog/results.ts';
import { readEvents } from '../../jobs/log.ts';
import { sourcesOf } from '../../jobs/taken-cells.ts';
import type { JobPlan } from '../../jobs/past-run.ts';
import type { Workspace } from '../../workspace.ts';
import type { Waiting } from './runs.ts';

/** `all`: what is registered, itself included. */
export function datasetSummary(row: DatasetRow, all: readonly DatasetRow[]): DatasetSummary {
  const { report } = row;
  return {
    name: row.name, file: basename(row.path), cells: report.n_obs, genes: report.n_vars, bytes: row.bytes, countsIn: report.counts_in,
    demo: report.demo, problems: report.problems.length, addedAt: row.addedAt, takenFrom: sourcesOf(row, all).map(({ name }) => name),
  };
}

export const datasetSummaries = (all: readonly DatasetRow[]): DatasetSummary[] => all.map((row) => datasetSummary(row, all));

export function datasetDetail(row: DatasetRow, all: readonly DatasetRow[]): DatasetDetail {
  return { summary: datasetSummary(row, all), report: row.report, state: stateOf(row) };
}

function stateOf(row: DatasetRow): DatasetDetail['state'] {
  const stamp = stampOf(row.path);
  if (stamp === null) return 'missing';
  return sameStamp(row, stamp) ? 'unchanged' : 'changed';
}

/** Newest first; runs that wait for their turn before all others. */
export function runSummaries(workspace: Workspace, waiting: readonly Waiting[]): RunSummary[] {
  const jobs = listJobs(workspace.catalog).filter((job) => job.kind === 'pipeline').reverse();
  return [...waiting.map(waitingSummary), ...jobs.map((job) => summaryOf(workspace, job))];
}

export function waitingSummary({ run, recipe, queuedAt }: Waiting): RunSummary {
  return {
    run, name: recipe.name, title: recipe.title, state: 'queued', queuedAt, endedAt: null, seconds: null, cpuSeconds: null, peakBytes: null,
    cells: 0, demo: false, steps: recipe.steps.map((step) => step.step), error: null,
  };
}

function summaryOf(workspace: Workspace, job: JobRow): RunSummary {
  const recipe = parseRecipe(job.recipe, 'in the catalog');
  const { plates = [], steps = [] } = JSON.parse(jobPlan(workspace.catalog, job.id)) as Partial<JobPlan>;
  return {
    run: job.id, name: recipe.name, title: recipe.title, state: job.state satisfies RunState, queuedAt: job.queuedAt, endedAt: job.endedAt,
    seconds: job.seconds, cpuSeconds: job.cpuSeconds, peakBytes: job.peakBytes, cells: plates.reduce((n, plate) => n + plate.facts.nObs, 0),
    demo: plates.some((plate) => plate.facts.demo), steps: steps.map((step) => step.id), error: job.error,
  };
}

/** @throws not-found */
export function runDetail(workspace: Workspace, run: string, waiting: readonly Waiting[]): RunDetail {
  const queued = waiting.find((one) => one.run === run);
  if (queued) return { summary: waitingSummary(queued), recipe: queued.recipe, memoryBytes: queued.limits.memoryBytes, limits: queued.limits, overridden: null, plates: [], steps: queued.recipe.steps.map(todo), lastEvents: [] };
  const job = listJobs(workspace.catalog).find((one) => one.id === run);
  if (!job) throw failure('not-found', { what: 'run', name: run, near: [] });
  const { plates, steps, memoryBytes = null, limits = { memoryBytes: null, workers: null }, overridden = null } = JSON.parse(jobPlan(workspace.catalog, job.id)) as JobPlan;
  const rows = new Map(resultsOfJob(workspace.catalog, job.id).map((row) => [row.step, row]));
  const events = readEvents(workspace, job.id);
  return {
    summary: summaryOf(workspace, job), recipe: parseRecipe(job.recipe, 'in the catalog'), memoryBytes, limits, overridden,
    plates: plates.map(({ name, facts }) => ({ name, cells: facts.nObs, demo: facts.demo })),
    steps: steps.map(({ id, params }): RunStep => {
      const row = rows.get(id);
      return row ? finished(workspace, { step: id, params }, row) : todo({ step: id, params });
    }),
    // The last progress of each step and everything that is not progress.
    lastEvents: events.filter(({ event }, i) => event.kind !== 'progress' || !events.slice(i + 1).some((later) => later.event.kind === 'progress' && later.event.step === event.step)),
  };
}

type Planned = Pick<Recipe['steps'][number], 'step'> & { readonly params: Readonly<Record<string, unknown>> };

const titleOf = (step: string): string => (isStepId(step) ? definitions[step].title : step);

function todo({ step, params }: Planned): RunStep {
  return {
    step, title: titleOf(step), params, state: 'todo', reused: false, wallSeconds: null, cpuSeconds: null, peakBytes: null, kernels: null, gpu: null,
    bytes: null, outcome: {}, notes: [],
  };
}

function finished(workspace: Workspace, planned: Planned, row: ReturnType<typeof resultsOfJob>[number]): RunStep {
  const stored = findResult(workspace.catalog, row.fingerprint);
  const record = stored ? readProvenance(join(workspace.folders.results, stored.folder)) : null;
  if (!stored || !record) return { ...todo(planned), state: 'missing', reused: row.reused };
  return {
    step: planned.step, title: titleOf(planned.step), params: record.params, state: 'done', reused: row.reused, wallSeconds: record.wallSeconds,
    cpuSeconds: record.cpuSeconds, peakBytes: record.peakBytes, kernels: record.kernels, gpu: `${record.hardware['gpu'] ?? 'not used'}`, bytes: stored.bytes,
    outcome: record.outcome, notes: record.notes,
  };
}

export function readProvenance(folder: string): Provenance | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8')) as Provenance;
  } catch {
    // Deleted or damaged by hand: shown as missing, made again by the next run.
    return null;
  }
}
