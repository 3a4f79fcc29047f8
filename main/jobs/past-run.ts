/** A finished run found again by name, with everything an export or a figure needs of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import type { JobStep, PlateInput } from '../../protocol/jobs.ts';
import { parseRecipe, type Recipe } from '../../protocol/recipe.ts';
import { jobPlan, listJobs, resultsOfJob, type JobRow } from '../catalog/jobs.ts';
import { findResult } from '../catalog/results.ts';
import type { Limits } from '../preflight/hardware.ts';
import type { Workspace } from '../workspace.ts';

export interface PastRun {
  readonly job: JobRow;
  readonly recipe: Recipe;
  readonly plates: readonly PlateInput[];
  readonly steps: readonly JobStep[];
  /** Result folders in recipe order. */
  readonly results: readonly { readonly step: string; readonly path: string }[];
}

/** What the catalog keeps of a job beside its recipe. */
export interface JobPlan {
  readonly steps: readonly JobStep[];
  readonly plates: readonly PlateInput[];
  /** What all processes together may use; absent in runs of earlier versions, as is all below. */
  readonly memoryBytes?: number;
  /** What the user allowed, for whoever goes on with it. */
  readonly limits?: Limits;
  /** What preflight had against it. */
  readonly overridden?: string;
}

/** `name` is the start of a run's id, or 'latest' for the last run that ended well. @throws not-found, corrupt-result. */
export function findRun(workspace: Workspace, name: string): PastRun {
  const jobs = listJobs(workspace.catalog).filter((job) => job.kind === 'pipeline');
  const matches = name === 'latest' ? jobs.filter((job) => job.state === 'done').slice(-1) : jobs.filter((job) => job.id.startsWith(name));
  const job = matches[0];
  if (!job || matches.length > 1) {
    const near = matches.length > 1 ? matches.map((match) => match.id).slice(0, 3) : nearNames(name, jobs.map((j) => j.id.slice(0, 8)));
    throw failure('not-found', { what: matches.length > 1 ? 'single run' : 'run', name, near });
  }
  const { steps, plates } = JSON.parse(jobPlan(workspace.catalog, job.id)) as JobPlan;
  const results = resultsOfJob(workspace.catalog, job.id).map(({ step, fingerprint }) => {
    const row = findResult(workspace.catalog, fingerprint);
    const path = row && join(workspace.folders.results, row.folder);
    if (!path || !existsSync(join(path, 'provenance.json'))) throw failure('corrupt-result', { path: path ?? step, reason: 'it has been deleted' });
    return { step, path };
  });
  if (results.length === 0) throw failure('not-found', { what: 'result of run', name, near: [] });
  return { job, recipe: parseRecipe(job.recipe, 'in the catalog'), plates, steps, results };
}
