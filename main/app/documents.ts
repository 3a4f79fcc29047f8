/** The two texts a run leaves for people: the notebook that does the same in Python, and the record of what was done. */
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { cpus, platform, release, totalmem } from 'node:os';
import type { StepId } from '../../steps/table.ts';
import { writeNotebook } from '../export/notebook.ts';
import { writeRecord } from '../export/record.ts';
import type { PastRun } from '../jobs/past-run.ts';
import { resultsOfJob } from '../catalog/jobs.ts';
import { listDatasets } from '../catalog/datasets.ts';
import { packageRoot, version } from '../version.ts';
import type { Workspace } from '../workspace.ts';
import { defaultFigure, provenances, refuseExisting, writeWhole } from './outputs.ts';

/** `exported` is the data file the notebook compares itself with; `gpu` writes it for rapids-singlecell. */
export function saveNotebook(workspace: Workspace, run: PastRun, target: string, exported: string | null, gpu = false): string {
  const path = resolve(target);
  refuseExisting(path);
  const formats = new Map(listDatasets(workspace.catalog).map((row) => [row.path, row.report.format]));
  const text = writeNotebook({
    title: run.recipe.title || run.recipe.name,
    recipe: run.recipe,
    steps: run.steps.map((step) => ({ id: step.id as StepId, params: step.params })),
    datasets: run.plates.map(({ name, path: file, facts }) => ({
      name, file: basename(file), format: formats.get(file) ?? 'h5ad', cells: facts.nObs, genes: facts.nVars,
      stored: facts.matrix.stored, countsIn: facts.matrix.slot, kind: facts.matrix.kind, demo: facts.demo,
    })),
    results: provenances(run).map(({ step, wallSeconds, cpuSeconds, outcome }) => ({ step, wallSeconds, cpuSeconds, outcome })),
    versions: { truckee: version },
    colors: defaultFigure(run).colors,
    ...(gpu ? { gpu } : {}),
    ...(exported === null ? {} : { exported: basename(exported) }),
  });
  return writeWhole(path, text);
}

export function saveRecord(workspace: Workspace, run: PastRun, target: string): string {
  const path = resolve(target);
  refuseExisting(path);
  const reused = new Map(resultsOfJob(workspace.catalog, run.job.id).map((row) => [row.step, row.reused]));
  const text = writeRecord({
    title: run.recipe.title || run.recipe.name,
    recipe: run.recipe,
    results: provenances(run).map((provenance) => ({ provenance, reused: reused.get(provenance.step) ?? false })),
    datasets: run.plates.map(({ name, path: file, facts, fingerprint }) => ({
      name, file: basename(file), cells: facts.nObs, genes: facts.nVars, fingerprint, demo: facts.demo,
    })),
    machine: {
      os: `${platform()} ${release()}`, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), gpu: 'not used', driver: 'none',
    },
    packages: dependencies(),
    versions: { truckee: version },
    date: new Date().toISOString(),
  });
  return writeWhole(path, text);
}

function dependencies(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  return manifest.dependencies;
}
