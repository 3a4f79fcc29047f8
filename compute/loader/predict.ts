/** What a setting will cost, from short readings by all its workers: seconds per piece that is fetched and decoded, and per cell handed out. */
import { upperBound } from '../sampling/index.ts';
import type { Loader } from './contract.ts';
import { crewSeconds, type FetchCosts } from './crew-time.ts';

/** Of one worker while all are at work. */
export interface LoaderCosts {
  readonly secondsPerPiece: number;
  /** Beside its piece, while the fetch is read: what inflating, or a cold disk, takes for more of them. */
  readonly secondsPerCellRead: number;
  /** Once its fetch has been read. */
  readonly secondsPerCell: number;
}

/**
 * Pieces of storage that reading these rows takes. In a file these are chunks: those the rows start in, and, when chunks are
 * decoded whole, the next one where the last cell reaches over. In a pack they are runs of rows.
 */
export function piecesOf(loader: Loader, entries: Uint32Array, verified: boolean): number {
  const rows = entries.slice().sort();
  let pieces = 0;
  for (const [number, plate] of loader.plates.entries()) {
    const { starts } = loader.units[number]!;
    let last = -1;
    let before = -2;
    for (let i = upperBound(rows, rows.length, plate.rowOffset - 1); i < rows.length && rows[i]! < plate.rowOffset + plate.cells; i++) {
      const row = rows[i]!;
      if (plate.backend !== 'file') {
        if (row !== before && row !== before + 1) pieces++;
      } else {
        const unit = upperBound(starts, starts.length, row) - 1;
        if (unit !== last) pieces++;
        last = unit;
        if (!verified && row + 1 === starts[unit + 1]) {
          pieces++;
          last = unit + 1;
        }
      }
      before = row;
    }
  }
  return pieces;
}

/** Every worker reads for so long before it is timed. */
const warmSeconds = 0.4;
const mostWarmTurns = 100;
/** Readings, each of other rows: chunks that were decoded once may be kept. More than a reader of packs goes on as from a cold disk, once it took a busy machine for one. */
const rounds = 9;
/** Neighbours, and spread rows: each of a file costs a chunk, so that few are enough. Of a pack about as many as a fetch has. */
const fileRows = { near: 1500, far: 60 } as const;
const packRows = { least: 512, most: 2048 } as const;
/** Neighbours in a pack come in runs as blocks do: one long read of a cold disk says little about many short ones. */
const nearRun = 32;
/** Rows that are handed over again and again: what is read once and what is done for every cell are told apart by them. */
const fewRows = 32;

/**
 * Reads some neighbouring cells, some spread ones and a few over and over with all workers of the loader at the same time, several times in other
 * places, and keeps the second shortest times of each: what else the machine does only adds to them. `beforeTiming` empties the
 * page cache where cells are to come from the disk.
 */
export async function measureCosts(loader: Loader, verified: boolean, beforeTiming?: () => void): Promise<LoaderCosts> {
  const hands = Math.max(1, loader.plan.workers);
  // Twice as many places as are timed: what warming up has read lies near the processor, as the rows of an epoch do not.
  const turns = 2 * rounds * hands;
  const inPlace = loader.plates.some(({ backend }) => backend === 'file');
  const ofPack = Math.max(packRows.least, Math.min(packRows.most, loader.layout.batch * loader.layout.fetchFactor));
  const { near: nearRows, far: farRows } = inPlace ? fileRows : { near: ofPack, far: ofPack };
  const [nearCells, farCells] = [Math.min(nearRows, loader.cells), Math.min(farRows, loader.cells)];
  const runs = inPlace || loader.cells < 2 * nearRows ? 1 : Math.floor(nearRows / nearRun);
  const near = (turn: number): Uint32Array => Uint32Array.from({ length: nearCells }, (_, i) => {
    const run = Math.floor((i * runs) / nearCells);
    return Math.floor(((run + turn / turns) * (loader.cells - nearCells)) / runs) + i;
  });
  const far = (turn: number): Uint32Array => Uint32Array.from({ length: farCells }, (_, i) => Math.floor(((i + (turn + 0.5) / turns) * loader.cells) / farCells));
  const again = (turn: number): Uint32Array => {
    const few = near(turn).subarray(0, fewRows);
    return Uint32Array.from({ length: nearCells }, (_, i) => few[i % few.length]!);
  };
  const listsOf = (rowsOf: (turn: number) => Uint32Array, timed: boolean): Uint32Array[][] =>
    Array.from({ length: rounds }, (_, round) => Array.from({ length: hands }, (_, hand) => rowsOf(2 * (round * hands + hand) + Number(timed))));
  const reading = async (rowsOf: (turn: number) => Uint32Array, timed: boolean): Promise<Reading> => {
    const lists = listsOf(rowsOf, timed);
    if (timed) beforeTiming?.();
    const seconds = (await loader.time(lists)).sort((a, b) => a - b);
    return { seconds: seconds[1]!, cells: lists[0]![0]!.length, pieces: meanOf(lists.flat().map((rows) => piecesOf(loader, rows, verified))), all: seconds.reduce((sum, one) => sum + one, 0) };
  };
  // Code that has just been loaded runs slower than it will for the rest of the epoch: it is compiled beside the reading.
  for (let [turn, seconds] = [0, 0]; turn < mostWarmTurns && seconds < warmSeconds; turn++) {
    for (const rowsOf of [near, far, again]) seconds += (await reading(rowsOf, false)).all;
  }
  const { perPiece, perCell } = solve(await reading(near, true), await reading(far, true));
  const repeated = await reading(again, true);
  const handing = Math.min(perCell, Math.max(leastPerCell, (repeated.seconds - repeated.pieces * perPiece) / repeated.cells));
  return { secondsPerPiece: perPiece, secondsPerCellRead: perCell - handing, secondsPerCell: handing };
}

interface Reading {
  readonly seconds: number;
  readonly cells: number;
  readonly pieces: number;
  /** Seconds of all rounds. */
  readonly all: number;
}

const leastPerCell = 1e-7;

/** Two equations: pieces * perPiece + cells * perCell = seconds. */
function solve(near: Reading, far: Reading): { perPiece: number; perCell: number } {
  const determinant = near.pieces * far.cells - far.pieces * near.cells;
  const perPiece = determinant === 0 ? 0 : Math.max(0, (near.seconds * far.cells - far.seconds * near.cells) / determinant);
  return { perPiece, perCell: Math.max(leastPerCell, (near.seconds - near.pieces * perPiece) / near.cells) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Fetches of the epoch whose pieces are counted, at least. */
const looked = 12;

/** Cells a second that a loader will give with as many workers as the costs were measured with. */
export function predictRate(loader: Loader, costs: LoaderCosts, verified: boolean): number {
  const { batch, fetchFactor, length } = loader.layout;
  const { workers, prefetch } = loader.plan;
  const fetches = Math.ceil(length / (batch * fetchFactor));
  const looks = Math.min(Math.max(looked, 2 * workers), fetches);
  const found: FetchCosts[] = [];
  let cells = 0;
  for (let i = 0; i < looks; i++) {
    const entries = loader.entries(0, Math.floor(((i + 0.5) * fetches) / looks));
    const batches = Math.ceil(entries.length / batch);
    found.push({ load: piecesOf(loader, entries, verified) * costs.secondsPerPiece + entries.length * costs.secondsPerCellRead, batches, write: (entries.length * costs.secondsPerCell) / batches });
    cells += entries.length;
  }
  // Nobody waits where minibatches are made by whoever takes them.
  const seconds = workers === 0 ? found.reduce((sum, { load, batches, write }) => sum + load + batches * write, 0) : crewSeconds(found, workers, prefetch, looks === fetches);
  return cells / seconds;
}
