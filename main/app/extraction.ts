/** Cells that fit a question, taken out into a file: what that is as a recipe, and what it will take. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ExtractionPlan, ExtractWish } from '../../protocol/api.extract.ts';
import type { PreflightLine } from '../../protocol/api.types.ts';
import { failure } from '../../protocol/errors.ts';
import { formatBytes, formatSeconds } from '../../protocol/format.ts';
import { queryWords, type Query, type QueryAnswer } from '../../protocol/query.ts';
import { recipeSchema, type Recipe } from '../../protocol/recipe.ts';
import { listDatasets, type DatasetRow } from '../catalog/datasets.ts';
import type { StartEngine } from '../engine/contract.ts';
import { prepareJob } from '../jobs/prepare.ts';
import { freeBytes, probeHardware } from '../preflight/hardware.ts';
import type { Workspace } from '../workspace.ts';
import { answerQuery } from './answer-query.ts';

/** One filter step, kept like any result; then what it keeps is exported: a killed extraction goes on behind the filter. */
export const extractionRecipe = (query: Query): Recipe =>
  recipeSchema.parse({ truckee: 1, name: 'query', title: queryWords(query), query, steps: [{ step: 'filter' }] });

/** Values that are shuffled, packed and written in a second (bench/README.md: an extraction). */
const valuesPerSecond = 15e6;

/** With the ending of the format. */
export const extractionTarget = (folder: string, { name, format }: Pick<ExtractWish, 'name' | 'format'>): string => join(folder, name.endsWith(`.${format}`) ? name : `${name}.${format}`);

/** @throws no-datasets, nothing-left, and what a question or a recipe can be refused for; what does not fit is told in the plan */
export async function planExtraction(workspace: Workspace, wish: ExtractWish, target: string, options: { readonly start: StartEngine; readonly signal?: AbortSignal }): Promise<ExtractionPlan> {
  const datasets = listDatasets(workspace.catalog);
  if (datasets.length === 0) throw failure('no-datasets', { workspace: workspace.root });
  const hardware = probeHardware(workspace.root, { memoryBytes: wish.memoryBytes, workers: null });
  const { preflight, job } = prepareJob(workspace, extractionRecipe(wish.query), hardware, wish.override);
  const answer = await answerQuery(workspace, wish.query, { ...options, tables: false });
  if (answer.cells === 0) throw failure('nothing-left', { step: 'the query', before: job.plates.reduce((sum, { facts }) => sum + facts.nObs, 0), axis: 'cells', detail: answer.notes.at(-1) ?? 'no cell fits' });
  const neededBytes = extractedBytes(answer, datasets);
  // The folder of exports is made when something is written.
  const onDisk = freeBytes(existsSync(dirname(target)) ? dirname(target) : workspace.root);
  const room = roomFor(neededBytes, onDisk);
  const seconds = preflight.steps.reduce((sum, step) => sum + (step.reused ? 0 : step.seconds), 0) + answer.seconds + answer.nonzeros / valuesPerSecond;
  const lines: PreflightLine[] = [
    ...preflight.lines.filter(({ resource }) => resource === 'memory').map((line) => (preflight.steps.every(({ reused }) => reused) ? { ...line, needed: 'little: these cells were chosen before' } : line)),
    { resource: 'disk', needed: `about ${formatBytes(neededBytes)}`, available: formatBytes(onDisk), verdict: room, remedy: room === 'does not fit' ? 'free some space or choose a folder on another disk' : '' },
    { resource: 'time', needed: `about ${formatSeconds(seconds)}`, available: `${hardware.workers} workers, ${formatBytes(answer.bytes)} to read`, verdict: 'fits', remedy: '' },
  ];
  const disk = room === 'does not fit' ? failure('disk-too-small', { path: dirname(target), neededBytes, availableBytes: onDisk }) : null;
  const taken = existsSync(target) ? failure('already-exists', { path: target }) : null;
  const refusal = taken ?? preflight.refusal ?? (wish.override ? null : disk);
  return { target, cells: answer.cells, plates: answer.plates.length, lines, notes: answer.notes, refusal: refusal?.data ?? null, overridable: refusal !== null && taken === null && (preflight.refusal === null || preflight.overridable) };
}

/** Structure and provenance, and a gene of var. */
const [fileBytes, geneBytes] = [200_000, 64];

/** As much of each file as its cells are: X by values, the rest by cells; var once. */
function extractedBytes(answer: QueryAnswer, datasets: readonly DatasetRow[]): number {
  const genes = Math.max(0, ...datasets.filter(({ name }) => answer.plates.some(({ dataset }) => dataset === name)).map(({ report }) => report.n_vars));
  return Math.ceil(fileBytes + geneBytes * genes + answer.plates.reduce((sum, plate) => {
    const row = datasets.find(({ name }) => name === plate.dataset);
    if (!row?.facts) return sum;
    const { matrix, nObs } = row.facts;
    return sum + matrix.storedBytes * (plate.nonzeros / Math.max(1, matrix.stored)) + Math.max(0, row.bytes - matrix.storedBytes) * (plate.cells / Math.max(1, nObs));
  }, 0));
}

function roomFor(bytes: number, free: number): PreflightLine['verdict'] {
  if (bytes * 1.05 + 64e6 > free) return 'does not fit';
  return bytes > 0.5 * free ? 'tight' : 'fits';
}
