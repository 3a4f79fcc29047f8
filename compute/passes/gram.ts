/** Sum over cells of z z^T and of z for the chosen genes: all that the covariance needs, one tile at a time. */
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import type { TileWorker } from './contract.ts';
import { openSelector, type SelectSpec } from './selected.ts';
import { openSpool } from './selected-spool.ts';

export interface GramSpec {
  readonly select: SelectSpec;
  /** Folder that keeps the selected values for the project pass; null to keep nothing. */
  readonly spool: string | null;
}

export interface GramPartial {
  readonly rows: number;
  /** Row-major genes x genes, upper triangle, float64 sums of this tile. */
  readonly gram: Float64Array;
  readonly sum: Float64Array;
  /** Which of the worker's buffers this is. */
  readonly slot: number;
}

export function openGram(spec: GramSpec, _plates: readonly Plate[], kernels: KernelSet): TileWorker<GramPartial> {
  const { genes } = spec.select;
  const selector = openSelector(spec.select, kernels);
  const spool = spec.spool === null ? null : openSpool(spec.spool);
  let current: Tile;
  // Tile matrices are large: a few take turns, handed back once the engine has added them.
  const buffers: Float64Array[] = [];
  const free: number[] = [];
  let slot = 0;
  const sum = kernels.arena.float64(genes);
  let rows = 0;
  return {
    begin(tile, plate) {
      current = tile;
      selector.begin(tile, plate);
      spool?.begin();
      slot = free.pop() ?? buffers.push(kernels.arena.float64(genes * genes)) - 1;
      buffers[slot]!.fill(0);
      sum.fill(0);
      rows = 0;
    },
    block(block, at) {
      const selected = selector.select(block, at);
      rows += selected.rows;
      spool?.add(selected);
      kernels.gram(selected, genes, buffers[slot]!, sum);
    },
    end() {
      spool?.end(current);
      return { rows, gram: buffers[slot]!, sum: Float64Array.from(sum), slot };
    },
    recycle: (partial) => void free.push(partial.slot),
  };
}
