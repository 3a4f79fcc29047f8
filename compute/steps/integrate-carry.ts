/** Carries all cells by the centroids' displacement, piece by piece, with checkpoints; also keeps the loop's outcome over a kill. */
import { join } from 'node:path';
import { isKind } from '../../protocol/errors.ts';
import { formatCount } from '../../protocol/format.ts';
import { outKey } from '../../steps/integrate.ts';
import type { Crew } from '../integration/crew.ts';
import { drawWithout } from '../integration/density.ts';
import type { Field } from '../integration/field.ts';
import { makeLists, searchLists, type RowLists } from '../integration/lists.ts';
import { shared, type LoopResult } from '../integration/loop.ts';
import { overlapOf } from '../integration/measures.ts';
import type { Rows } from '../integration/search.ts';
import { createArray, type ArrayWriter, type StoredArray } from '../results/array.ts';
import { loadCheckpoint, saveCheckpoint } from '../results/checkpoint.ts';
import type { StepContext } from './contract.ts';
import type { Groups } from './integrate-batches.ts';
import { badValue, readRows, type Centroids } from './integrate-centroids.ts';

/** What a checkpoint holds of the part before the carrying. */
export interface Moved {
  readonly centroids: Centroids;
  readonly shift: Float32Array;
  readonly loop: Omit<LoopResult, 'rows'>;
}

/** Cells that one worker carries at a time. */
const mostPieceRows = 8192;

/** How often progress is saved while cells are carried; changed only to try interruptions out. */
function checkpointMs(): number {
  const seconds = Number(process.env['TRUCKEE_CHECKPOINT_SECONDS'] ?? 30);
  return (seconds >= 0 ? seconds : 30) * 1000;
}

const tagOf = (context: StepContext): string => `${context.fingerprint}:integrate`;
const folderOf = (context: StepContext): string => join(context.checkpointFolder, 'integrate');

export function saveMoved(context: StepContext, { centroids, shift, loop }: Moved, sequence: number, rowsDone: number): void {
  saveCheckpoint(folderOf(context), {
    sequence, tag: tagOf(context), tilesDone: rowsDone, meta: { loop, dims: centroids.rows.dims },
    arrays: { centroids: centroids.rows.values, batchStart: centroids.batchStart, shift },
  });
}

/** The loop's outcome and the cells already carried, from an earlier attempt of the same step. */
export function loadMoved(context: StepContext): { moved: Moved; sequence: number; rowsDone: number } | null {
  const saved = loadCheckpoint(folderOf(context), tagOf(context));
  if (!saved) return null;
  const dims = Number(saved.meta['dims']);
  const values = shared(saved.arrays['centroids']!.length);
  values.set(saved.arrays['centroids']!);
  const moved: Moved = {
    centroids: { rows: { values, n: values.length / dims, dims }, batchStart: Int32Array.from(saved.arrays['batchStart']!) },
    shift: Float32Array.from(saved.arrays['shift']!), loop: saved.meta['loop'] as Moved['loop'],
  };
  return { moved, sequence: saved.sequence, rowsDone: saved.tilesDone };
}

/** Writes obsm/<out_key>. */
export async function carryCells(
  context: StepContext<'integrate'>, source: StoredArray, batches: Groups, moved: Moved, earlier: { sequence: number; rowsDone: number }, crew: Crew,
): Promise<void> {
  const { params } = context;
  const [rows = 0, dims = 1] = source.shape;
  const own = params.interp_scope === 'own_batch';
  const shift = shared(moved.shift.length);
  shift.set(moved.shift);
  const field: Field = {
    centroids: moved.centroids.rows, shift, k: params.k_interp, batchStart: own ? moved.centroids.batchStart : null, ...(await listsOf(context, moved.centroids.rows, own)),
  };
  if (field.lists && field.probes !== null) reportRecall(context, source, field, field.lists, crew);
  const pieceRows = Math.min(mostPieceRows, params.chunk_size);
  let { sequence } = earlier;
  const { writer, start } = openOutput(context, rows, dims, earlier.rowsDone);
  if (start > 0) context.note(`going on at cell ${formatCount(start)} of ${formatCount(rows)}: the centroids are moved already`);
  let lastSave = performance.now();
  let sinceSave = 0;
  context.progress(start, rows, 'cells carried');
  for (let from = start; from < rows;) {
    const pieces = Array.from({ length: context.workers }, (_, i) => from + i * pieceRows).filter((at) => at < rows);
    const parts = await Promise.all(pieces.map((rowStart) => {
      const rowEnd = Math.min(rows, rowStart + pieceRows);
      return context.call('carry', { path: source.path, dims, rowStart, rowEnd, batches: own ? batches.codes.slice(rowStart, rowEnd) : null, field });
    }));
    for (const part of parts) {
      refuseBad(part, source.path, from, dims);
      writer.append(part);
      from += part.length / dims;
      sinceSave += part.length / dims;
    }
    context.progress(from, rows, 'cells carried');
    context.stopIfCancelled();
    if (from < rows && (sinceSave >= params.chunk_size || performance.now() - lastSave >= checkpointMs())) {
      writer.sync();
      saveMoved(context, moved, ++sequence, from);
      lastSave = performance.now();
      sinceSave = 0;
    }
  }
  writer.close();
}

/** Fewer centroids than this are all compared. */
const leastListed = 1024;
const probedLists = 16;
const recallCells = 1000;

async function listsOf(context: StepContext<'integrate'>, centroids: Rows, own: boolean): Promise<Pick<Field, 'lists' | 'probes'>> {
  if (own || centroids.n < leastListed) return { lists: null, probes: null };
  const listOf = await context.call('partition', { rows: centroids, seed: context.seed });
  const lists = makeLists(centroids, listOf, shared(centroids.values.length));
  return { lists, probes: context.params.interp_search === 'ivf' ? probedLists : null };
}

/** Share of a sample's true nearest centroids that the shorter search finds. */
function reportRecall(context: StepContext<'integrate'>, source: StoredArray, { k, probes }: Field, lists: RowLists, crew: Crew): void {
  const rows = source.shape[0] ?? 0;
  const cells = readRows(context, source, drawWithout(rows, Math.min(recallCells, rows), context.seed, 0x7263));
  const wanted = searchLists(lists, cells, { k, self: null, probes: null }, crew.kernels);
  const recall = overlapOf(wanted, searchLists(lists, cells, { k, self: null, probes }, crew.kernels), lists.rows.n);
  context.note(`ivf finds ${(100 * recall).toFixed(2)} % of the nearest centroids (${cells.n} cells, ${probes} of ${lists.centers.n} lists)`, recall < 0.98 ? 'warning' : 'info');
  context.outcome({ interp_recall: recall });
}

/** Rows of an earlier attempt are kept; when they are not all there, all are carried again. */
function openOutput(context: StepContext<'integrate'>, rows: number, dims: number, rowsDone: number): { writer: ArrayWriter; start: number } {
  const path = join(context.folder, 'obsm', outKey(context.params));
  const options = { dtype: 'float32', shape: [rows, dims] } as const;
  try {
    return { writer: createArray(path, options, rowsDone), start: rowsDone };
  } catch (thrown) {
    if (!isKind(thrown, 'corrupt-result')) throw thrown;
    return { writer: createArray(path, options), start: 0 };
  }
}

function refuseBad(values: Float32Array, path: string, firstRow: number, dims: number): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw badValue(path, firstRow + Math.floor(bad / dims), bad % dims, values[bad]!);
}
