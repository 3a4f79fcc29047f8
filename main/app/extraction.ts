/** Cells that fit a question, taken out into a file: what that is as a recipe, what it will take, and the writing itself. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExtractionPlan, ExtractWish } from '../../protocol/api.extract.ts';
import { failure } from '../../protocol/errors.ts';
import { formatBytes } from '../../protocol/format.ts';
import type { ExportAnswer } from '../../protocol/jobs.ts';
import type { Hardware, StepPlan } from '../../protocol/plan.ts';
import { queryWords, type Query, type QueryAnswer } from '../../protocol/query.ts';
import { recipeSchema, type Recipe } from '../../protocol/recipe.ts';
import { planWriting, type WrittenPlate } from '../../steps/writing.ts';
import { listDatasets, type DatasetRow } from '../catalog/datasets.ts';
import { insertExtraction, type PastExtraction } from '../catalog/extractions.ts';
import type { StartEngine } from '../engine/contract.ts';
import type { PastRun } from '../jobs/past-run.ts';
import { prepareJob } from '../jobs/prepare.ts';
import { calibrated, pastSteps, thisMachine, writingStep } from '../preflight/calibration.ts';
import { freeBytes, machineMemory, probeHardware } from '../preflight/hardware.ts';
import { judge } from '../preflight/judge.ts';
import type { Workspace } from '../workspace.ts';
import { answerQuery } from './answer-query.ts';
import { exportData, type OutputOptions } from './outputs.ts';

/** One filter step, kept like any result; then what it keeps is exported: a killed extraction goes on behind the filter. */
export const extractionRecipe = (query: Query): Recipe =>
  recipeSchema.parse({ truckee: 1, name: 'query', title: queryWords(query), query, steps: [{ step: 'filter' }] });

/** With the ending of the format. */
export const extractionTarget = (folder: string, { name, format }: Pick<ExtractWish, 'name' | 'format'>): string => join(folder, name.endsWith(`.${format}`) ? name : `${name}.${format}`);

export type PlannedWish = Pick<ExtractWish, 'query' | 'format' | 'memoryBytes' | 'override'>;

export interface PlanOptions {
  readonly start: StartEngine;
  readonly signal?: AbortSignal;
  /** Threads; null leaves them to the plan. */
  readonly workers?: number | null;
}

/** @throws no-datasets, nothing-left, and what a question or a recipe can be refused for; what does not fit is told in the plan */
export async function planExtraction(workspace: Workspace, wish: PlannedWish, target: string, options: PlanOptions): Promise<ExtractionPlan> {
  const datasets = listDatasets(workspace.catalog);
  if (datasets.length === 0) throw failure('no-datasets', { workspace: workspace.root });
  const hardware = probeHardware(workspace.root, { memoryBytes: wish.memoryBytes, workers: options.workers ?? null });
  const { steps, job } = prepareJob(workspace, extractionRecipe(wish.query), hardware, wish.override);
  const answer = await answerQuery(workspace, wish.query, { ...options, tables: false, plain: true });
  if (answer.cells === 0) throw failure('nothing-left', { step: 'the query', before: job.plates.reduce((sum, { facts }) => sum + facts.nObs, 0), axis: 'cells', detail: answer.notes.at(-1) ?? 'no cell fits' });
  const writing = calibrated(writingStep(wish.format), writingOf(answer, datasets, wish.format, hardware, options.workers ?? null), pastSteps(workspace));
  // The folder of exports is made when something is written.
  const folder = existsSync(dirname(target)) ? dirname(target) : workspace.root;
  const reused = job.steps.map(({ reuse }) => reuse !== null);
  const found = judge([...steps, { id: 'extract', plan: writing }], [...reused, false], { ...hardware, diskFreeBytes: freeBytes(folder) }, dirname(target), [...answer.notes, ...writing.notes], { wanted: wish.override, machineBytes: machineMemory() });
  const taken = existsSync(target) ? failure('already-exists', { path: target }) : null;
  return {
    target, cells: answer.cells, plates: answer.plates.length, writing, notes: found.notes, refusal: (taken ?? found.refusal)?.data ?? null,
    overridable: taken === null && found.refusal !== null && found.overridable,
    lines: found.lines.map((line) => {
      if (line.resource === 'disk' && line.remedy !== '') return { ...line, remedy: 'free some space or choose a folder on another disk' };
      return line.resource === 'time' ? { ...line, available: `${line.available}, ${formatBytes(answer.bytes)} to read` } : line;
    }),
  };
}

/** Writes the cells of a run as planned (null: nothing was), and keeps what that took for the plans to come. @throws what `exportData` throws */
export async function writeExtraction(workspace: Workspace, run: PastRun, format: ExtractWish['format'], target: string, plan: StepPlan | null, options: OutputOptions): Promise<ExportAnswer & { readonly peakBytes: number }> {
  const [startedAt, at] = [performance.now(), new Date().toISOString()];
  let peakBytes = 0;
  const answer = await exportData(workspace, run, format, target, 'counts', {
    ...options, workers: plan?.workers ?? null,
    onEvent(event) {
      if (event.kind === 'done') ({ peakBytes } = event);
      options.onEvent?.(event);
    },
  });
  // One that went on with what was there tells nothing of a whole one.
  if (plan !== null && answer.cellsBefore === 0) remember(workspace, { at, format, ...thisMachine(), plan, seconds: (performance.now() - startedAt) / 1000, peakBytes, diskBytes: answer.bytes });
  return { ...answer, peakBytes };
}

function remember(workspace: Workspace, one: PastExtraction): void {
  try {
    insertExtraction(workspace.catalog, one);
  } catch {
    // The file is whole; a prediction that learns nothing from it is no reason to call it failed.
  }
}

function writingOf(answer: QueryAnswer, datasets: readonly DatasetRow[], format: ExtractWish['format'], hardware: Hardware, threads: number | null): StepPlan {
  const rows = answer.plates.flatMap((plate) => datasets.filter(({ name, facts }) => name === plate.dataset && facts !== null).map((row) => ({ plate, row })));
  const plates = rows.map(({ plate, row: { facts, bytes } }): WrittenPlate => {
    const { matrix, nObs } = facts!;
    const [chunk = 0, width = matrix.nVars] = matrix.chunks ?? [];
    const elements = matrix.kind === 'dense' ? chunk * width : chunk;
    return {
      nObs, stored: matrix.stored, values: plate.nonzeros, cells: plate.cells, bytesPerValue: matrix.storedBytes / Math.max(1, matrix.stored), bytesPerCell: Math.max(0, bytes - matrix.storedBytes) / Math.max(1, nObs),
      chunkBytes: 12 * elements, chunks: elements === 0 ? 0 : (2 * matrix.stored) / elements,
    };
  });
  // Every plate's columns, more or less: those that not all of them have are left out.
  const obs = rows[0]?.row.report.obs ?? [];
  const count = (...types: string[]): number => obs.filter(({ type }) => types.includes(type)).length;
  return planWriting({
    format, cells: answer.cells, values: answer.nonzeros, genes: Math.max(0, ...rows.map(({ row }) => row.report.n_vars)), plates,
    touchedValues: rows.reduce((sum, { plate, row: { facts } }) => sum + (plate.bytes * facts!.matrix.stored) / Math.max(1, facts!.matrix.storedBytes), 0),
    columns: { texts: count('string'), numbers: count('integer', 'float', 'boolean'), codes: 1 + count('categorical') },
  }, hardware, threads);
}
