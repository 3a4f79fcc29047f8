/** Per-row inputs of a pass (which cells are kept, their totals), read from result arrays for the rows of one tile. */
import { openStored, readFloat64 } from '../results/array.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';

/** Paths of arrays over all rows of all plates; null keep means every row. */
export interface RowInputs {
  readonly keep: string | null;
  readonly totals: string;
}

export interface OpenRowInputs {
  keep(tile: Tile, plate: Plate): Uint8Array | null;
  totals(tile: Tile, plate: Plate): Float64Array;
}

export function openRowInputs(inputs: RowInputs): OpenRowInputs {
  const totalsArray = openStored(inputs.totals);
  return {
    keep: openKeep(inputs.keep),
    totals: (tile, plate) => readFloat64(totalsArray, plate.rowOffset + tile.rowStart, plate.rowOffset + tile.rowStart + tile.rows),
  };
}

/** The mask of a tile's rows from the array at `path`; null, for every row, when there is none. */
export function openKeep(path: string | null): (tile: Tile, plate: Plate) => Uint8Array | null {
  if (path === null) return () => null;
  const array = openStored(path);
  return (tile, plate) => {
    const start = plate.rowOffset + tile.rowStart;
    return Uint8Array.from(array.read(start, start + tile.rows));
  };
}

/** target / total for kept rows with counts, 0 for all others (kernels skip those) - except that kept empty rows stay rows. */
export function scaleFactors(totals: Float64Array, keep: Uint8Array | null, target: number): Float64Array {
  return totals.map((total, row) => {
    if (keep && keep[row] === 0) return 0;
    // A cell without counts stays all zero: any factor does, 1 keeps it among the rows.
    return total > 0 ? target / total : 1;
  });
}
