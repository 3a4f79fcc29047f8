/** Blocks of X as PCA sees them: kept cells, chosen genes, normalised, log1p. Shared by the gram and project passes. */
import type { Arena, CsrBlock } from '../kernels/block.ts';
import type { KernelSet, SelectedBlock } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import { openRowInputs, scaleFactors, type RowInputs } from './rows.ts';

export interface SelectSpec {
  readonly rows: RowInputs;
  /** Target sum of each plate; 0 means values are used as they are counted (no normalisation). */
  readonly targets: readonly number[];
  /** 1 natural logarithm, 1/ln(base) another, 0 none. */
  readonly logScale: number;
  /** Per plate: gene of the file -> chosen gene 0..genes-1, or -1. */
  readonly geneMaps: readonly Int32Array[];
  readonly genes: number;
}

export interface Selector {
  begin(tile: Tile, plate: Plate): void;
  /** Kept rows of the block; the same arrays every time. */
  select(block: CsrBlock, at: number): SelectedBlock;
}

export function openSelector(spec: SelectSpec, kernels: KernelSet): Selector {
  const { arena } = kernels;
  const inputs = openRowInputs(spec.rows);
  const maps = spec.geneMaps.map((map) => {
    const array = arena.int32(map.length);
    array.set(map);
    return array;
  });
  let factors: Float64Array = new Float64Array(0);
  let map = maps[0] ?? new Int32Array(0);
  let out: SelectedBlock = { rows: 0, indptr: arena.int32(1), indices: arena.int32(1), values: arena.float32(1) };
  return {
    begin(tile, plate) {
      factors = scaleFactors(inputs.totals(tile, plate), inputs.keep(tile, plate), spec.targets[tile.plate]!);
      map = maps[tile.plate]!;
    },
    select(block, at) {
      out = ensureRoom(arena, out, block);
      kernels.selectLognorm(block, map, factors.subarray(at, at + block.rows), spec.logScale, out);
      return out;
    },
  };
}

function ensureRoom(arena: Arena, out: SelectedBlock, block: CsrBlock): SelectedBlock {
  const stored = block.indptr[block.rows]!;
  let { indptr, indices, values } = out;
  if (indptr.length < block.rows + 1) {
    arena.release(indptr);
    indptr = arena.int32(block.rows + 1);
  }
  if (indices.length < stored) {
    arena.release(indices);
    arena.release(values);
    const room = Math.ceil(stored * 1.2);
    indices = arena.int32(room);
    values = arena.float32(room);
  }
  return { rows: 0, indptr, indices, values };
}
