/** Cells and counts per gene over the kept cells (filter.min_cells). */
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import { openStored } from '../results/array.ts';
import type { TileWorker } from './contract.ts';

export interface GeneTotalsSpec {
  readonly keep: string;
}

export interface GeneTotalsPartial {
  readonly cells: Float64Array;
  readonly sums: Float64Array;
}

export function openGeneTotals(spec: GeneTotalsSpec, plates: readonly Plate[], kernels: KernelSet): TileWorker<GeneTotalsPartial> {
  const keepArray = openStored(spec.keep);
  const most = Math.max(1, ...plates.map((plate) => plate.nVars));
  const cells = kernels.arena.float64(most);
  const sums = kernels.arena.float64(most);
  let keep = new Uint8Array(0);
  let genes = 0;
  return {
    begin(tile: Tile, plate: Plate) {
      const start = plate.rowOffset + tile.rowStart;
      keep = Uint8Array.from(keepArray.read(start, start + tile.rows));
      genes = plate.nVars;
      cells.fill(0);
      sums.fill(0);
    },
    block: (block, at) => kernels.geneStats(block, keep.subarray(at, at + block.rows), cells, sums),
    end: () => ({ cells: cells.slice(0, genes), sums: sums.slice(0, genes) }),
  };
}
