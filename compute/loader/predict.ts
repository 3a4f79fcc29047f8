/** What a setting will cost, from two short readings by all its workers: seconds per piece that is fetched and decoded, and per cell handed out. */
import { upperBound } from '../sampling/index.ts';
import type { Loader } from './contract.ts';

/** Of one worker while all are at work. */
export interface LoaderCosts {
  readonly secondsPerPiece: number;
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
/** Readings, each of other rows: chunks that were decoded once may be kept. */
const rounds = 7;
const nearRows = 1500;
/** Near rows of a pack come in runs as blocks do: one long read of a cold disk says little about many short ones. */
const nearRun = 25;
/** Spread rows: each of a file costs a chunk, of a pack so little that many are needed to see it, and on a cold disk many are under way at a time. */
const farRows = { file: 60, pack: 600 } as const;

/**
 * Reads some neighbouring cells and some spread ones with all workers of the loader at the same time, several times in other
 * places, and keeps the second shortest times of each: what else the machine does only adds to them. `beforeTiming` empties the
 * page cache where cells are to come from the disk.
 */
export async function measureCosts(loader: Loader, verified: boolean, beforeTiming?: () => void): Promise<LoaderCosts> {
  const hands = Math.max(1, loader.plan.workers);
  // Twice as many places as are timed: what warming up has read lies near the processor, as the rows of an epoch do not.
  const turns = 2 * rounds * hands;
  const nearCells = Math.min(nearRows, loader.cells);
  const inPlace = loader.plates.some(({ backend }) => backend === 'file');
  const farCells = Math.min(inPlace ? farRows.file : farRows.pack, loader.cells);
  const runs = inPlace || loader.cells < 2 * nearRows ? 1 : nearRows / nearRun;
  const near = (turn: number): Uint32Array => Uint32Array.from({ length: nearCells }, (_, i) => {
    const run = Math.floor((i * runs) / nearCells);
    return Math.floor(((run + turn / turns) * (loader.cells - nearCells)) / runs) + i;
  });
  const far = (turn: number): Uint32Array => Uint32Array.from({ length: farCells }, (_, i) => Math.floor(((i + (turn + 0.5) / turns) * loader.cells) / farCells));
  const listsOf = (rowsOf: (turn: number) => Uint32Array, timed: boolean): Uint32Array[][] =>
    Array.from({ length: hands }, (_, hand) => Array.from({ length: rounds }, (_, round) => rowsOf(2 * (round * hands + hand) + Number(timed))));
  const time = async (rowsOf: (turn: number) => Uint32Array): Promise<{ seconds: number; pieces: number }> => {
    const lists = listsOf(rowsOf, true);
    beforeTiming?.();
    const times = await loader.time(lists);
    return {
      seconds: meanOf(times.map((seconds) => seconds.sort((a, b) => a - b)[1]!)),
      pieces: meanOf(lists.flat().map((rows) => piecesOf(loader, rows, verified))),
    };
  };
  // Code that has just been loaded runs slower than it will for the rest of the epoch: it is compiled beside the reading.
  for (let [turn, seconds] = [0, 0]; turn < mostWarmTurns && seconds < warmSeconds; turn++) {
    for (const rowsOf of [near, far]) seconds += Math.max(...(await loader.time(listsOf(rowsOf, false))).map((times) => times.reduce((sum, one) => sum + one, 0)));
  }
  const [nears, fars] = [await time(near), await time(far)];
  // Two equations: pieces * a + cells * b = seconds.
  const determinant = nears.pieces * farCells - fars.pieces * nearCells;
  const perPiece = determinant === 0 ? 0 : (nears.seconds * farCells - fars.seconds * nearCells) / determinant;
  const secondsPerPiece = Math.max(0, perPiece);
  return { secondsPerPiece, secondsPerCell: Math.max(1e-7, (nears.seconds - nears.pieces * secondsPerPiece) / nearCells) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Fetches of the epoch whose pieces are counted. */
const looked = 12;

/** Cells a second that a loader will give with as many workers as the costs were measured with. */
export function predictRate(loader: Loader, costs: LoaderCosts, verified: boolean): number {
  const fetches = Math.ceil(loader.layout.length / (loader.layout.batch * loader.layout.fetchFactor));
  let seconds = 0;
  let cells = 0;
  for (let i = 0; i < Math.min(looked, fetches); i++) {
    const entries = loader.entries(0, Math.floor(((i + 0.5) * fetches) / Math.min(looked, fetches)));
    seconds += piecesOf(loader, entries, verified) * costs.secondsPerPiece + entries.length * costs.secondsPerCell;
    cells += entries.length;
  }
  return (Math.max(1, loader.plan.workers) * cells) / seconds;
}
