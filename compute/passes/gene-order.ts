/** Cells that take part in a comparison, turned into gene order on disk; the totals of all cells on the way. */
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import { openTileSpool, tileFile } from '../differential/gene-order.ts';
import { openStored } from '../results/array.ts';
import type { TileWorker } from './contract.ts';
import { refuseBadValues } from './scan.ts';

/** For the plates that the pass is given: the first of them is plate 0 here. */
export interface GeneOrderSpec {
  /** Per plate, stored int32 array with one entry per cell: at least 0 for cells that take part. */
  readonly taking: readonly string[];
  /** Per plate: gene of the file -> tested gene, -1 for others. */
  readonly geneMaps: readonly Int32Array[];
  readonly genes: number;
  /** Whether genes that are not tested count in a cell's total. */
  readonly allInTotals: boolean;
  readonly folder: string;
  readonly slots: readonly string[];
}

export interface GeneOrderPartial {
  readonly totals: Float64Array;
  /** Entries per tested gene. */
  readonly entries: Float64Array;
}

export function openGeneOrder(spec: GeneOrderSpec, _plates: readonly Plate[], kernels: KernelSet): TileWorker<GeneOrderPartial> {
  const spool = openTileSpool(spec.genes);
  const arrays = spec.taking.map(openStored);
  let tile: Tile;
  let plate: Plate;
  let taking = new Int32Array(0);
  let totals = new Float64Array(0);
  let entries = new Float64Array(0);
  return {
    begin(nextTile, nextPlate) {
      tile = nextTile;
      plate = nextPlate;
      taking = Int32Array.from(arrays[tile.plate]!.read(tile.rowStart, tile.rowStart + tile.rows));
      totals = new Float64Array(tile.rows);
      entries = new Float64Array(spec.genes);
      spool.begin(tileFile(spec.folder, tile.index));
    },
    block(block, at) {
      refuseBadValues(kernels, block, plate, spec.slots[tile.plate]!);
      const { indptr, indices, values } = block;
      const map = spec.geneMaps[tile.plate]!;
      for (let row = 0; row < block.rows; row++) {
        const takes = taking[at + row]! >= 0;
        let total = 0;
        for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
          const gene = map[indices[p]!]!;
          const value = values[p]!;
          if (gene >= 0 || spec.allInTotals) total += value;
          if (!takes || gene < 0 || value === 0) continue;
          spool.add(at + row, gene, value);
          entries[gene]! += 1;
        }
        totals[at + row] = total;
      }
    },
    end() {
      spool.end();
      return { totals, entries };
    },
  };
}
