/** What a person takes along from a run: data files, figures, the notebook, the record. Shared by every shell. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../io/make-folder.ts';
import { failure, systemFailure } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import { asJobId } from '../../protocol/ids.ts';
import type { ExportAnswer, ExportJob, ViewAnswer } from '../../protocol/jobs.ts';
import type { Provenance } from '../../protocol/provenance.ts';
import { decodeView, type View } from '../../protocol/view-file.ts';
import { callEngine } from '../engine/call.ts';
import type { StartEngine } from '../engine/contract.ts';
import { scatterFigure, type Panel } from '../export/figure.ts';
import type { PastRun } from '../jobs/past-run.ts';
import { version } from '../version.ts';
import type { Workspace } from '../workspace.ts';

export interface OutputOptions {
  readonly start: StartEngine;
  readonly signal?: AbortSignal;
  /** Threads of an export of data. */
  readonly workers?: number | null;
  /** Leaves behind what is half written, for whoever goes on. */
  readonly abandon?: AbortSignal;
  onEvent?(event: JobEvent): void;
}

/** Points a figure draws at most; more would only lie on top of each other. */
const mostPoints = 200_000;

/** One h5ad, Zarr folder or CSV table of the run's kept cells. @throws already-exists, disk-full... */
export async function exportData(
  workspace: Workspace, run: PastRun, format: ExportJob['format'], target: string, matrix: 'counts' | 'lognorm' | 'none', options: OutputOptions,
): Promise<ExportAnswer> {
  const path = resolve(target);
  refuseExisting(path);
  makeFolder(dirname(path));
  const job: ExportJob = {
    kind: 'export', id: asJobId(randomUUID()), format, target: path, plates: run.plates, genes: run.recipe.genes, results: run.results,
    includeX: matrix !== 'none', ...(matrix === 'none' ? {} : { matrix }), provenance: { recipe: run.recipe, steps: provenances(run) }, cache: workspace.folders.cache,
    ...(options.workers == null ? {} : { workers: options.workers }),
  };
  const answer = await callEngine<ExportAnswer>(job, callOptions(options));
  if (!answer) throw failure('internal', { detail: 'the engine exported nothing' });
  return answer;
}

export interface FigureRequest {
  /** obsm slot, X_umap or X_pca. */
  readonly basis: string;
  /** One panel per column. */
  readonly colors: readonly string[];
  /** Instead of columns. */
  readonly gene?: string;
  readonly title: string;
}

/** An SVG figure of an embedding, panels in one column. */
export async function drawFigure(workspace: Workspace, run: PastRun, request: FigureRequest, target: string, options: OutputOptions): Promise<string> {
  const path = resolve(target);
  refuseExisting(path);
  const folder = mkdtempSync(join(workspace.folders.work, 'view-'));
  try {
    const panels: Panel[] = [];
    const shades: readonly Shade[] = request.gene !== undefined ? [{ gene: request.gene }] : request.colors.length > 0 ? request.colors.map((color) => ({ color })) : [{}];
    for (const shade of shades) {
      const view = await makeView(workspace, run, request.basis, shade, join(folder, `${panels.length}.view`), options);
      panels.push({ view, title: shade.gene ?? shade.color ?? '' });
    }
    return writeWhole(path, scatterFigure(panels, { title: request.title, version }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What points are coloured by: a column, a gene, or nothing. */
interface Shade {
  readonly color?: string;
  readonly gene?: string;
}

async function makeView(workspace: Workspace, run: PastRun, basis: string, { color, gene }: Shade, target: string, options: OutputOptions): Promise<View> {
  await callEngine<ViewAnswer>(
    {
      kind: 'view', id: asJobId(randomUUID()), target, plates: run.plates, genes: run.recipe.genes, results: run.results, basis, color: color ?? null,
      ...(gene === undefined ? {} : { gene }), cache: workspace.folders.cache, maxPoints: mostPoints, seed: run.recipe.seed,
    },
    callOptions(options),
  );
  return decodeView(readFileSync(target), target);
}

/** The picture a run is best shown by: its UMAP when it has one, by cell line, plate and cluster as far as there are any. */
export function defaultFigure(run: PastRun): Pick<FigureRequest, 'basis' | 'colors'> {
  const has = (step: string): boolean => run.results.some((result) => result.step === step);
  const stored = (column: string): boolean => run.plates.every((plate) => plate.facts.obsColumns.includes(column));
  const clusters = run.steps.find((step) => step.id === 'leiden')?.params['key_added'];
  const colors = [
    ...['cell_line', 'cell_type', 'condition', 'perturbation'].filter(stored).slice(0, 1),
    ...(run.plates.length > 1 || stored('plate') ? ['plate'] : []),
    ...(typeof clusters === 'string' ? [clusters] : []),
  ];
  return { basis: has('umap') ? 'X_umap' : 'X_pca', colors };
}

/** Steps of a run as they were recorded when they were computed. */
export function provenances(run: PastRun): Provenance[] {
  return run.results.map(({ path }) => JSON.parse(readFileSync(join(path, 'provenance.json'), 'utf8')) as Provenance);
}

/** Writes text under its name when it is whole, or not at all. */
export function writeWhole(path: string, text: string): string {
  const part = `${path}.${process.pid}.part`;
  try {
    makeFolder(dirname(path));
    writeFileSync(part, text);
    renameSync(part, path);
    return path;
  } catch (cause) {
    rmSync(part, { force: true });
    throw systemFailure(cause, path) ?? cause;
  }
}

export function refuseExisting(path: string): void {
  if (existsSync(path)) throw failure('already-exists', { path });
}

function callOptions(options: OutputOptions) {
  return { start: options.start, ...(options.signal ? { signal: options.signal } : {}), ...(options.abandon ? { abandon: options.abandon } : {}), ...(options.onEvent ? { onEvent: options.onEvent } : {}) };
}
