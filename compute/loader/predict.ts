/** What a setting will cost, from two short readings: seconds per piece that is fetched and decoded, and per cell handed out. */
import { upperBound } from '../sampling/index.ts';
import type { Loader } from './contract.ts';

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

/** Readings, each of other rows: chunks that were decoded once may be kept. */
const rounds = 7;

/**
 * Reads some 1,500 neighbouring cells and 60 spread ones, several times in other places, and keeps the second shortest times:
 * what else the machine does only adds to them. `now` in milliseconds.
 */
export async function measureCosts(loader: Loader, verified: boolean, now: () => number = () => performance.now()): Promise<LoaderCosts> {
  const nearCells = Math.min(1500, loader.cells);
  const farCells = Math.min(60, loader.cells);
  const nearRows = (round: number): Uint32Array => {
    const first = Math.floor((round * (loader.cells - nearCells)) / rounds);
    return Uint32Array.from({ length: nearCells }, (_, i) => first + i);
  };
  const farRows = (round: number): Uint32Array => Uint32Array.from({ length: farCells }, (_, i) => Math.floor(((i + (round + 0.5) / rounds) * loader.cells) / farCells));
  const time = async (rowsOf: (round: number) => Uint32Array): Promise<{ seconds: number; pieces: number }> => {
    const seconds: number[] = [];
    let pieces = 0;
    for (let round = 0; round < rounds; round++) {
      const rows = rowsOf(round);
      pieces += piecesOf(loader, rows, verified) / rounds;
      const start = now();
      await loader.pass(rows);
      seconds.push((now() - start) / 1000);
    }
    return { seconds: seconds.sort((a, b) => a - b)[1]!, pieces };
  };
  // Code that has just been loaded runs slower than it will for the rest of the epoch.
  for (const rowsOf of [nearRows, farRows]) for (let round = 0; round < rounds; round++) await loader.pass(rowsOf(round));
  const near = await time(nearRows);
  const far = await time(farRows);
  // Two equations: pieces * a + cells * b = seconds.
  const determinant = near.pieces * farCells - far.pieces * nearCells;
  const perPiece = determinant === 0 ? 0 : (near.seconds * farCells - far.seconds * nearCells) / determinant;
  const secondsPerPiece = Math.max(0, perPiece);
  return { secondsPerPiece, secondsPerCell: Math.max(1e-7, (near.seconds - near.pieces * secondsPerPiece) / nearCells) };
}

/** Fetches of the epoch whose pieces are counted. */
const looked = 12;
/** Two workers do not quite do the work of two: they share the memory bus and the thread that consumes. */
const shared = 0.85;

/** Cells a second that a loader will give with so many workers on so many cores. */
export function predictRate(loader: Loader, costs: LoaderCosts, verified: boolean, workers: number, cores: number): number {
  const fetches = Math.ceil(loader.layout.length / (loader.layout.batch * loader.layout.fetchFactor));
  let seconds = 0;
  let cells = 0;
  for (let i = 0; i < Math.min(looked, fetches); i++) {
    const entries = loader.entries(0, Math.floor(((i + 0.5) * fetches) / Math.min(looked, fetches)));
    seconds += piecesOf(loader, entries, verified) * costs.secondsPerPiece + entries.length * costs.secondsPerCell;
    cells += entries.length;
  }
  const hands = Math.max(1, Math.min(workers, cores));
  return (cells / seconds) * (hands === 1 ? 1 : hands * shared);
}
