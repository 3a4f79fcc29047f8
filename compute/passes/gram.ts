/** Sum over cells of z z^T and of z for the chosen genes: all that the covariance needs, one tile at a time. */
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { TileWorker } from './contract.ts';
import { openSelector, type SelectSpec } from './selected.ts';

export interface GramSpec {
  readonly select: SelectSpec;
}

export interface GramPartial {
  readonly rows: number;
  /** Row-major genes x genes, upper triangle, float32 sums of this tile. */
  readonly gram: Float32Array;
  readonly sum: Float64Array;
  /** Which of the worker's buffers this is. */
  readonly slot: number;
}

export function openGram(spec: GramSpec, _plates: readonly Plate[], kernels: KernelSet): TileWorker<GramPartial> {
  const { genes } = spec.select;
  const selector = openSelector(spec.select, kernels);
  // Tile matrices are large: a few take turns, handed back once the engine has added them.
  const buffers: Float32Array[] = [];
  const free: number[] = [];
  let slot = 0;
  let sum = kernels.arena.float64(genes);
  let rows = 0;
  return {
    begin(tile, plate) {
      selector.begin(tile, plate);
      slot = free.pop() ?? buffers.push(kernels.arena.float32(genes * genes)) - 1;
      buffers[slot]!.fill(0);
      sum.fill(0);
      rows = 0;
    },
    block(block, at) {
      const selected = selector.select(block, at);
      rows += selected.rows;
      kernels.gram(selected, genes, buffers[slot]!, sum);
    },
    end: () => ({ rows, gram: buffers[slot]!, sum: Float64Array.from(sum), slot }),
    recycle: (partial) => void free.push(partial.slot),
  };
}
