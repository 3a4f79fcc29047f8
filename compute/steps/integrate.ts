/** Runs `integrate`: centroids, the transport loop on them, every cell carried along, then quality before and after. */
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { mostMnnCells, mostRawCells, outKey } from '../../steps/integrate.ts';
import type { Crew } from '../integration/crew.ts';
import { integrateCentroids, type LoopResult } from '../integration/loop.ts';
import { createArray, openStored, readFloat32, writeArray, type StoredArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { confounding, missing, readGroups, type Confounding, type Groups } from './integrate-batches.ts';
import { carryCells, loadMoved, saveMoved, type Moved } from './integrate-carry.ts';
import { findCentroids, readRows } from './integrate-centroids.ts';
import { workerCrew } from './integrate-crew.ts';
import { measureQuality, type Quality } from './integrate-quality.ts';
import { embeddingOf } from './stored-embedding.ts';

/** uns/integrate: what later steps, views and exports read. */
export interface IntegrateFacts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly obsm_key: string;
  readonly out_key: string;
  /** Whether the verdict recommends out_key over obsm_key. */
  readonly use: boolean;
  readonly verdict: string;
  readonly words: string;
  readonly batches: readonly string[];
  readonly confounding: readonly Confounding[];
  /** Names and words of the published result. */
  readonly metrics: Readonly<Record<string, number>> | null;
  readonly loop: Omit<LoopResult, 'rows'> | null;
  readonly quality: Quality | null;
}

export async function runIntegrate(context: StepContext<'integrate'>): Promise<void> {
  const { params } = context;
  const source = await embeddingOf(context, params.obsm_key);
  const batches = await readGroups(context, params.batch_key);
  refuseMissing(params.batch_key, batches);
  if (batches.names.length < 2) {
    copyThrough(context, source);
    const words = `Skipped, because ${params.batch_key} has only one value (${batches.names[0] ?? 'none'}): there is nothing to mix.`;
    finish(context, { batches, confounding: [], moved: null, quality: null, verdict: 'skipped', words });
    return;
  }
  const found = await confounding(context, batches);
  refuseConfounded(context, found);
  refuseTooMany(params, batches.codes.length);
  const crew = await workerCrew(context);
  const moved = params.method === 'ot' ? await transported(context, source, batches, crew) : await corrected(context, source, batches);
  const result = openStored(join(context.folder, 'obsm', outKey(params)));
  const quality = await measureQuality(context, source, result, batches, moved !== null && !moved.loop.accepted, crew);
  for (const note of quality.notes) context.note(note, 'warning');
  finish(context, { batches, confounding: found, moved, quality, verdict: quality.verdict, words: quality.words });
}

async function transported(context: StepContext<'integrate'>, source: StoredArray, batches: Groups, crew: Crew): Promise<Moved> {
  const earlier = loadMoved(context);
  const moved = earlier?.moved ?? (await moveCentroids(context, source, batches, crew));
  if (!earlier) saveMoved(context, moved, 1, 0);
  await carryCells(context, source, batches, moved, earlier ?? { sequence: 1, rowsDone: 0 }, crew);
  return moved;
}

/** Harmony or MNN on all cells. */
async function corrected(context: StepContext<'integrate'>, source: StoredArray, batches: Groups): Promise<null> {
  const { params, seed } = context;
  const rows = readRows(context, source, Uint32Array.from(batches.codes.keys()));
  const done = await context.call('wholeCorrection', {
    method: params.method === 'mnn' ? 'mnn' : 'harmony', rows, codes: batches.codes, batches: batches.names.length,
    harmony: { theta: params.theta, lambda: params.lamb, sigma: params.sigma, clusters: params.nclust, maxIterations: params.max_iter_harmony, seed },
    mnn: { k: params.k_mnn, ndist: params.ndist },
  });
  for (const { batch, pairs } of done.merges ?? []) context.note(`${batches.names[batch]!}: ${pairs} mutual pairs${pairs === 0 ? ', so it comes in as it was' : ''}`, pairs === 0 ? 'warning' : 'info');
  if (done.iterations !== null) context.note(`Harmony ended after ${done.iterations} iterations`);
  writeArray(join(context.folder, 'obsm', outKey(params)), done.values, rows.dims);
  return null;
}

async function moveCentroids(context: StepContext<'integrate'>, source: StoredArray, batches: Groups, crew: Crew): Promise<Moved> {
  const { params, seed } = context;
  const centroids = await findCentroids(context, source, batches, crew);
  const { rows, ...loop } = await integrateCentroids({ rows: centroids.rows, batchStart: centroids.batchStart, seed }, params, crew, {
    log: (line) => context.note(line),
    iteration: (record) => context.progress(record.it, params.max_iter, 'turns at most'),
  });
  const shift = rows.values.map((value, i) => value - centroids.rows.values[i]!);
  return { centroids, shift, loop };
}

function refuseMissing(column: string, { codes }: Groups): void {
  const without = codes.reduce((n, code) => n + Number(code === missing), 0);
  if (without > 0) throw failure('bad-batches', { column, reason: `${without} of ${codes.length} cells have no value in it` });
}

/** @throws quadratic-cost. */
function refuseTooMany({ method, level }: StepContext<'integrate'>['params'], cells: number): void {
  const limit = method === 'mnn' ? mostMnnCells : method === 'ot' && level === 'cells' ? mostRawCells : Infinity;
  if (cells > limit) throw failure('quadratic-cost', { step: 'integrate', cells, limit, neededBytes: 8 * cells ** 2 });
}

/** @throws confounded unless every column that goes with the batches was confirmed. */
function refuseConfounded(context: StepContext<'integrate'>, found: readonly Confounding[]): void {
  const { batch_key, confirm_confounded } = context.params;
  const confounded = found.filter((one) => one.confounded);
  const open = confounded.filter((one) => !confirm_confounded.includes(one.column));
  if (open.length > 0) {
    throw failure('confounded', { batch: batch_key, columns: open.map(({ column, cramersV, words }) => ({ column, cramersV, words })), confirm: confounded.map((one) => one.column) });
  }
  for (const one of found) {
    const said = one.confounded ? `: mixing ${batch_key} removes it (confirmed)` : '';
    context.note(`${one.words} (Cramer's V ${one.cramersV.toFixed(2)})${said}`, one.confounded ? 'warning' : 'info');
  }
}

const sliceRows = 65_536;

function copyThrough(context: StepContext<'integrate'>, source: StoredArray): void {
  const [rows = 0, dims = 1] = source.shape;
  const writer = createArray(join(context.folder, 'obsm', outKey(context.params)), { dtype: 'float32', shape: [rows, dims] });
  for (let start = 0; start < rows; start += sliceRows) writer.append(readFloat32(source, start, Math.min(rows, start + sliceRows)));
  writer.close();
}

interface Ending {
  readonly batches: Groups;
  readonly confounding: readonly Confounding[];
  readonly moved: Moved | null;
  readonly quality: Quality | null;
  readonly verdict: string;
  readonly words: string;
}

/** What pages show of it; the whole stands in uns/integrate. */
function outcomeOf({ way, ceiling, full_mixing, before, after, overlap, strain, trustworthiness }: Quality): Pick<Quality, 'way' | 'ceiling' | 'full_mixing' | 'before' | 'after' | 'overlap' | 'strain' | 'trustworthiness'> {
  return { way, ceiling, full_mixing, before, after, overlap, strain, trustworthiness };
}

function finish(context: StepContext<'integrate'>, { batches, confounding: found, moved, quality, verdict, words }: Ending): void {
  const { params } = context;
  const n_centroids = moved?.centroids.rows.n ?? 0;
  const facts: IntegrateFacts = {
    params: { ...params }, method: params.method, obsm_key: params.obsm_key, out_key: outKey(params), use: quality?.use ?? false, verdict, words, batches: batches.names, confounding: found,
    metrics: moved && { ...moved.loop.final, n_centroids }, loop: moved?.loop ?? null, quality,
  };
  context.writeFacts('integrate', facts);
  context.note(words, verdict === 'improved' ? 'info' : 'warning');
  context.outcome({
    method: params.method, verdict, words, use: facts.use ? outKey(params) : params.obsm_key, batches: batches.names.length, confirmed: params.confirm_confounded,
    ...(moved ? { ...moved.loop.final, n_centroids, J: moved.loop.J, J_identity: moved.loop.J_identity, mix_before: moved.loop.mix0 } : {}),
    ...(quality ? { quality: outcomeOf(quality) } : {}),
  });
}
