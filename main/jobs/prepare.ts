/** From a recipe to a job: datasets chosen and checked, steps resolved, equal results found, everything fingerprinted. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sameStamp, stampOf } from '../../io/stamp.ts';
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import { asJobId, type Fingerprint } from '../../protocol/ids.ts';
import type { JobStep, PipelineJob, PlateInput } from '../../protocol/jobs.ts';
import type { InputFacts, PlateFacts } from '../../protocol/matrix.ts';
import type { Hardware } from '../../protocol/plan.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { resolveRecipe, type ResolvedStep } from '../../steps/resolve.ts';
import { listDatasets, type DatasetRow } from '../catalog/datasets.ts';
import { findResult } from '../catalog/results.ts';
import { sameCells } from '../datasets/register.ts';
import { calibrated, pastSteps } from '../preflight/calibration.ts';
import { machineMemory } from '../preflight/hardware.ts';
import { judge, type Preflight } from '../preflight/judge.ts';
import { isWhole, resultFolderName } from '../results/adopt.ts';
import { stepFingerprint } from '../results/fingerprint.ts';
import type { Workspace } from '../workspace.ts';
import { applyQuery } from './apply-query.ts';
import { differencesOf } from './differences.ts';
import { packNotes } from './packs.ts';
import { leftOutNotes, sourcesOf } from './taken-cells.ts';

export interface Prepared {
  readonly job: PipelineJob;
  readonly steps: readonly ResolvedStep[];
  readonly preflight: Preflight;
}

/** `packs`: packs are built beside plates that lack one. @throws everything that can be wrong with a recipe or its data before a value is read. */
export function prepareJob(workspace: Workspace, given: Recipe, hardware: Hardware, override = false, packs = false): Prepared {
  const all = listDatasets(workspace.catalog);
  const asked = applyQuery(workspace, given, chooseDatasets(workspace, given, all));
  const leftOut = given.datasets === 'all' ? leftOutNotes(all) : [];
  const { recipe, datasets } = asked;
  const facts = inputFacts(datasets);
  const planned = resolveRecipe(recipe, facts, hardware);
  const past = pastSteps(workspace);
  const resolved = { ...planned, steps: planned.steps.map((step) => ({ ...step, plan: calibrated(step.id, step.plan, past) })) };
  const inputs = datasets.map((row) => row.fingerprint);
  const fingerprints: Fingerprint[] = [];
  for (const step of resolved.steps) {
    fingerprints.push(
      stepFingerprint({
        step: step.id, version: step.version, params: { ...step.params, has: step.has }, seed: step.seeded ? recipe.seed : 0, genes: recipe.genes,
        inputs: [...inputs, ...step.dependsOn.map((at) => fingerprints[at]!)],
      }),
    );
  }
  const notes = [...asked.notes, ...leftOut, ...differencesOf(workspace.catalog, datasets), ...resolved.notes, ...packNotes(datasets, packs)];
  const steps = resolved.steps.map((step, i): JobStep => ({
    id: step.id, fingerprint: fingerprints[i]!, params: step.params, plan: step.plan, how: step.how,
    work: join(workspace.folders.work, resultFolderName(step.id, fingerprints[i]!)),
    reuse: reusable(workspace, fingerprints[i]!, notes),
  }));
  const preflight = judge(resolved.steps, steps.map((step) => step.reuse !== null), hardware, workspace.root, notes, { wanted: override, machineBytes: machineMemory() });
  const job: PipelineJob = {
    kind: 'pipeline', id: asJobId(randomUUID()), recipe: recipe.name, seed: recipe.seed, genes: recipe.genes,
    plates: plateInputs(datasets), steps, workers: hardware.workers, memoryBytes: preflight.memoryBytes, cache: workspace.folders.cache, packs,
    ...(preflight.overridden === null ? {} : { overridden: preflight.overridden.message }),
  };
  return { job, steps: resolved.steps, preflight };
}

export function plateInputs(datasets: readonly DatasetRow[]): PlateInput[] {
  return datasets.map((row) => ({ name: row.name, path: row.path, fingerprint: row.fingerprint, facts: row.facts! }));
}

/** The datasets a recipe names, of all that are registered. @throws no-datasets, not-found, no-matrix, not-counts, dataset-changed, same-plate-twice... */
export function chooseDatasets(workspace: Workspace, recipe: Pick<Recipe, 'datasets' | 'genes'>, all = listDatasets(workspace.catalog)): DatasetRow[] {
  if (all.length === 0) throw failure('no-datasets', { workspace: workspace.root });
  const chosen = recipe.datasets === 'all' ? all.filter((row) => sourcesOf(row, all).length === 0) : recipe.datasets.map((wanted) => {
    const row = all.find((dataset) => dataset.name === wanted.name);
    if (!row) throw failure('not-found', { what: 'dataset', name: wanted.name, near: nearNames(wanted.name, all.map((d) => d.name)) });
    if (wanted.digest !== undefined && wanted.digest !== row.fingerprint) throw failure('dataset-changed', { name: row.name, path: row.path });
    return row;
  });
  for (const row of chosen) refuseUnusable(row);
  chosen.forEach((row, i) => {
    const twin = chosen.slice(0, i).find((earlier) => earlier.path === row.path || sameCells(earlier, row));
    const source = twin ?? sourcesOf(row, chosen)[0];
    if (source) throw failure('same-plate-twice', { first: source.path, other: row.path });
  });
  return chosen;
}

function refuseUnusable(row: DatasetRow): void {
  const stamp = stampOf(row.path);
  if (stamp === null) throw failure('file-not-found', { path: row.path });
  if (!sameStamp(row, stamp)) throw failure('dataset-changed', { name: row.name, path: row.path });
  if (!row.report.X && row.report.counts_in === null) throw failure('no-matrix', { path: row.path });
  if (row.report.n_obs === 0) throw failure('no-cells', { path: row.path });
  if (row.report.n_vars === 0) throw failure('no-genes', { path: row.path });
  const copies = row.report.problems.find((p) => p.kind === 'repeated-cells');
  if (copies) throw failure('repeated-cells', { path: row.path, detail: copies.message });
  for (const axis of ['obs', 'var'] as const) {
    const problem = row.report.problems.find((p) => p.kind === `duplicate-${axis}-names`);
    if (problem) throw failure('duplicate-names', { path: row.path, axis, count: countIn(problem.message), examples: examplesIn(problem.message) });
  }
  const bad = row.report.problems.find((p) => p.kind === 'nan-values' || p.kind === 'negative-values');
  if (bad) throw failure('bad-values', { path: row.path, slot: bad.where, problem: bad.kind === 'nan-values' ? 'nan' : 'negative', row: 0, gene: '(see truckee inspect --scan)' });
  if (row.report.counts_in === null || row.facts === null) {
    throw failure('not-counts', { path: row.path, slot: 'X', example: null, row: null });
  }
}

const countIn = (message: string): number => Number(/\d[\d,]*/.exec(message)?.[0].replaceAll(',', '') ?? 0);
const examplesIn = (message: string): string[] => [...message.matchAll(/'([^']*)'/g)].slice(0, 3).map((match) => match[1]!);

function inputFacts(datasets: readonly DatasetRow[]): InputFacts {
  const plates = datasets.map((row): PlateFacts => ({ ...row.facts!, name: row.name, path: row.path }));
  return {
    plates,
    nObs: plates.reduce((n, plate) => n + plate.nObs, 0),
    nVars: Math.max(...plates.map((plate) => plate.nVars)),
    stored: plates.reduce((n, plate) => n + plate.matrix.stored, 0),
  };
}

function reusable(workspace: Workspace, fingerprint: Fingerprint, notes: string[]): string | null {
  const row = findResult(workspace.catalog, fingerprint);
  if (!row) return null;
  if (isWhole(workspace, row)) return join(workspace.folders.results, row.folder);
  notes.push(`${row.step}: its stored result ${row.folder} is damaged, so it is made again`);
  return null;
}
