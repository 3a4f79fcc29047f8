/**
 * What writing chosen cells into a file takes: memory by what its threads hold, time by the values they read, shuffle and pack, disk by
 * the values and cells that are written. The sizes of what is held stand here, and the engine keeps to them (compute/export).
 */
import type { Hardware, StepPlan } from '../protocol/plan.ts';
import { engineBaseBytes, hostBaseBytes, tileRows, workerBaseBytes } from './cost.ts';

/** Rows and stored entries of one block that is read. */
export const blockRows = tileRows;
export const blockStored = 1 << 20;
/** Entries that the rows of one task have on average: a chunk at either end is read by two tasks. */
export const taskStored = 1.25 * 2 ** 20;
/** Tasks read ahead of the one that is written, beside one for each thread. */
export const tasksAhead = 1;
/** Threads, where nobody asks for a number. */
export const mostThreads = 4;
/** Chunks under way that keep a thread of the crew busy. */
export const packsPerThread = 8;
/** Rows of obs that are read together, and those of one chunk of a column. */
export const obsSliceRows = 32_768;
export const frameRows = 65_536;
/** Elements of one chunk of X. */
export const h5adChunk = 131_072;
export const zarrChunk = 1 << 20;
/** Chunks of a Zarr store under way: each is a file of its own. */
export const zarrUnderWay = 4;

export interface WritingFacts {
  readonly format: 'h5ad' | 'zarr';
  readonly cells: number;
  readonly genes: number;
  /** Stored values of the chosen cells, and those of all rows in the chunks of X that hold them. */
  readonly values: number;
  readonly touchedValues: number;
  readonly plates: readonly WrittenPlate[];
  /** Columns of obs, without the index. */
  readonly columns: { readonly texts: number; readonly numbers: number; readonly codes: number };
}

export interface WrittenPlate {
  readonly nObs: number;
  readonly stored: number;
  /** Of X, as the file stores it. */
  readonly bytesPerValue: number;
  /** Of all else, cell by cell. */
  readonly bytesPerCell: number;
  /** Decoded bytes of one chunk of values and one of gene ids. */
  readonly chunkBytes: number;
  /** Chunks of X, whose places every thread knows. */
  readonly chunks: number;
  readonly values: number;
  readonly cells: number;
}

const MiB = 2 ** 20;
/** A gene id and a value. */
const entryBytes = 8;
/** Rows of a task are put into arrays with some room to spare. */
const taskRoom = 1.1;
/** What the collectors of the engine have not looked after yet. */
const garbageBytes = 48 * MiB;
/** A text of a cell as an object, with its place in the lists that it goes through. */
const textBytes = 120;
/** Place, stored bytes and filters of a chunk. */
const chunkPlaceBytes = 16;

/** Counts, shuffled and packed, take less than this each whatever they are; other filters leave a little less than ours at best. */
const mostBytesPerValue = 3;
const packingLoss = 1.3;
/** Structure, provenance, a gene of var. */
const [fileBytes, geneBytes] = [200_000, 96];

/** An engine and its threads are up; values decoded, and values packed, per thread; cells and texts of obs read and written. */
const rates = { startSeconds: 0.7, decoded: 75e6, packed: 20e6, obsValues: 12e6, texts: 1.2e6 };

/** `threads` null: as many as there are cores, four at most; fewer where their memory does not fit. */
export function planWriting(facts: WritingFacts, hardware: Hardware, threads: number | null): StepPlan {
  const wanted = Math.max(1, threads ?? Math.min(mostThreads, hardware.workers));
  let workers = wanted;
  while (workers > 1 && memoryOf(facts, workers) > hardware.memoryBytes) workers -= 1;
  return {
    ramBytes: memoryOf(facts, workers), diskBytes: diskOf(facts), seconds: secondsOf(facts, Math.min(workers, hardware.cores)),
    chunkRows: Math.max(1, Math.min(blockRows, Math.floor((taskStored * facts.cells) / Math.max(1, facts.values)))), chunkStored: taskStored,
    workers, passes: 1, resumable: 'checkpoint', notes: workers < wanted ? [`${workers} of ${wanted} threads write: more would not fit the memory allowed`] : [],
  };
}

/** Peak of host, engine and threads together. */
function memoryOf({ format, genes, values, plates, columns }: WritingFacts, threads: number): number {
  const most = (of: (plate: WrittenPlate) => number): number => Math.max(0, ...plates.map(of));
  const all = (of: (plate: WrittenPlate) => number): number => plates.reduce((sum, plate) => sum + of(plate), 0);
  // What is asked for is never larger than what there is.
  const held = (entries: number): number => Math.min(entries, Math.max(1, most(({ stored }) => stored))) * entryBytes;
  // Tasks are cut by rows: those of cells with more genes than others are larger.
  const density = Math.max(1, ...plates.map((plate) => plate.values / Math.max(1, plate.cells) / Math.max(1, plate.stored / Math.max(1, plate.nObs))));
  const chunkBytes = (format === 'h5ad' ? h5adChunk : zarrChunk) * 4;
  // Row pointers of the plates beyond 2^31 values make the ids of genes as wide as themselves.
  const idBytes = format === 'h5ad' && all(({ stored }) => stored) >= 2 ** 31 ? 2 * chunkBytes : chunkBytes;
  // Room for a chunk as it is, shuffled, and packed.
  const packing = 3 * idBytes;
  const thread = workerBaseBytes + 2 * held(blockStored) + 1.5 * most((plate) => plate.chunkBytes) + packing + all(({ chunks }) => chunks) * chunkPlaceBytes;
  const tasks = (threads + tasksAhead) * held(taskStored * density) * taskRoom;
  const underWay = format === 'h5ad' ? packsPerThread * threads : zarrUnderWay;
  // Of both arrays one is being filled; row pointers fill a quarter of a chunk.
  const chunks = underWay * idBytes + chunkBytes + idBytes + chunkBytes / 2 + (values / (chunkBytes / 4)) * 64;
  const texts = 1 + columns.texts;
  const [sliceTexts, waitingTexts] = [Math.min(obsSliceRows, most(({ nObs }) => nObs)), format === 'zarr' ? Math.min(frameRows, all(({ cells }) => cells)) : 0];
  const obs = frameRows * (16 * texts + 8 * columns.numbers + 4 * columns.codes) + texts * textBytes * (sliceTexts + waitingTexts);
  const names = genes * geneBytes * 2 + all(() => genes * 4) * (threads + 1);
  return Math.ceil(hostBaseBytes + engineBaseBytes + threads * thread + tasks + chunks + obs + names + all((plate) => plate.chunks) * chunkPlaceBytes + garbageBytes);
}

function diskOf({ genes, plates }: WritingFacts): number {
  return Math.ceil(fileBytes + genes * geneBytes + plates.reduce((sum, plate) =>
    sum + plate.values * Math.min(mostBytesPerValue, plate.bytesPerValue * packingLoss) + 1.1 * plate.cells * plate.bytesPerCell, 0));
}

function secondsOf({ values, touchedValues, plates, columns }: WritingFacts, threads: number): number {
  // Texts and columns are read slice by slice: of a plate with a chosen cell, most rows.
  const rows = plates.reduce((sum, { nObs }) => sum + nObs, 0);
  const obs = (rows * (1 + columns.texts)) / rates.texts + (rows * (columns.numbers + columns.codes)) / rates.obsValues;
  return rates.startSeconds + obs + (touchedValues / rates.decoded + values / rates.packed) / threads;
}
