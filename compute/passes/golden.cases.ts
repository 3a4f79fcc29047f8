/** Golden matrices as tiles and blocks: runs a pass over one of them, cut into blocks at any rows. */
import { goldenMatrix, type GoldenMatrix } from '../../fixtures/golden.ts';
import type { CsrBlock } from '../kernels/block.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import type { TileWorker } from './contract.ts';

export interface Golden {
  readonly matrix: GoldenMatrix;
  readonly plate: Plate;
  readonly tile: Tile;
}

/** The whole matrix as the only tile of the only plate. */
export function goldenTile(name: string): Golden {
  const matrix = goldenMatrix(name);
  const plate = { name, path: `${name}.h5ad`, rowOffset: 0, nObs: matrix.cells, nVars: matrix.genes, toCommon: null, spec: { facts: { slot: 'X' } } } as Plate;
  return { matrix, plate, tile: { index: 0, plate: 0, rowStart: 0, rows: matrix.cells } };
}

/** Rows [start, end) as a reader gives them: offsets from 0, arrays in the kernels' memory and longer than needed. */
export function blockOf(matrix: GoldenMatrix, start: number, end: number, kernels: KernelSet): CsrBlock {
  const [first, last] = [matrix.indptr[start]!, matrix.indptr[end]!];
  const block = { rowStart: start, rows: end - start, indptr: kernels.arena.int32(end - start + 1), indices: kernels.arena.int32(last - first + 3), values: kernels.arena.float32(last - first + 3) };
  block.indptr.set(matrix.indptr.subarray(start, end + 1).map((offset) => offset - first));
  block.indices.set(matrix.indices.subarray(first, last));
  block.values.set(matrix.values.subarray(first, last));
  return block;
}

/** Runs the pass with blocks that end at `cuts` (ascending) and at the last row. */
export function runOver<Partial>(worker: TileWorker<Partial>, { matrix, plate, tile }: Golden, cuts: readonly number[], kernels: KernelSet): Partial {
  worker.begin(tile, plate);
  let start = 0;
  for (const end of [...cuts, matrix.cells]) {
    if (end <= start) continue;
    worker.block(blockOf(matrix, start, end, kernels), start);
    start = end;
  }
  return worker.end();
}

/** Cuts to try: one block, single rows at both ends, odd sizes. */
export const someCuts: readonly (readonly number[])[] = [[], [1], [7, 8, 20], [16, 32, 40, 47], Array.from({ length: 47 }, (_, i) => i + 1)];
