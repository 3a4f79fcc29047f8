/**
 * Tiles: runs of 4,096 rows counted from each plate's first row. Every sum over rows is made per tile and tiles are
 * added in order, so that neither chunk size nor the number of workers can change a bit of a result.
 */
import { tileRows } from '../../steps/cost.ts';
import type { Plate } from './plates.ts';

export { tileRows };

export interface Tile {
  /** Position among all tiles of all plates. */
  readonly index: number;
  readonly plate: number;
  /** First row inside its plate. */
  readonly rowStart: number;
  readonly rows: number;
}

/** Consecutive tiles of one plate that one worker reads in one go. */
export interface TileTask {
  readonly plate: number;
  readonly tiles: readonly Tile[];
}

export function tilesOf(plates: readonly Pick<Plate, 'nObs'>[]): Tile[] {
  const tiles: Tile[] = [];
  plates.forEach(({ nObs }, plate) => {
    for (let rowStart = 0; rowStart < nObs; rowStart += tileRows) {
      tiles.push({ index: tiles.length, plate, rowStart, rows: Math.min(tileRows, nObs - rowStart) });
    }
  });
  return tiles;
}

/** Cuts tiles (from `firstTile` on) into tasks of at most chunkRows rows; never across plates, never less than a tile. */
export function tasksOf(tiles: readonly Tile[], firstTile: number, chunkRows: number): TileTask[] {
  const perTask = Math.max(1, Math.floor(chunkRows / tileRows));
  const tasks: TileTask[] = [];
  let current: Tile[] = [];
  for (const tile of tiles.slice(firstTile)) {
    const last = current.at(-1);
    if (last && (last.plate !== tile.plate || current.length >= perTask)) {
      tasks.push({ plate: last.plate, tiles: current });
      current = [];
    }
    current.push(tile);
  }
  const last = current.at(-1);
  if (last) tasks.push({ plate: last.plate, tiles: current });
  return tasks;
}
