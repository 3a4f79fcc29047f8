/** Binding of the kernels that multiply: Gram matrix, projection, symmetric product, nearest neighbours. */
import type { KernelSet } from '../kernels.ts';
import type { KernelExports } from './exports.ts';
import type { LinearMemory } from './memory.ts';
import { expectSound, longestRow, stageRows } from './rows.ts';
import { withStage } from './stage.ts';

type ProductKernels = Pick<KernelSet, 'gram' | 'project' | 'symv' | 'nearest'>;

/** Bytes of base rows packed at a time: half of a small L2 cache. */
const packedBytes = 131_072;

/** Entries of the rows that the Gram kernel takes at a time: each is read many times and should stay in L2. */
const stripEntries = 65_536;

export function bindProductKernels(memory: LinearMemory, wasm: KernelExports): ProductKernels {
  return {
    gram: (block, genes, gram, sum) => withStage(memory, (stage) => {
      const rows = stageRows(stage, block);
      expectSound(wasm.firstUnsound(rows.indptr, rows.indices, block.rows, rows.limit, genes), genes);
      const gramAt = stage.output(gram, genes * genes, 'gram');
      const sumAt = stage.output(sum, genes, 'sum');
      const starts = stage.scratch((genes + 2) * 4);
      const stripRoom = Math.min(rows.limit, Math.max(stripEntries, longestRow(block)));
      const entries = stage.scratch(stripRoom * 8);
      const pairs = stage.scratch(stripRoom * 8);
      const cursors = stage.scratch(block.rows * 4);
      for (let row = 0; row < block.rows;) {
        const next = lastRow(block.indptr, row, block.rows, stripEntries);
        const indptr = rows.indptr + row * 4;
        wasm.orderByGene(indptr, rows.indices, next - row, genes, starts, entries);
        wasm.sortRows(indptr, rows.values, next - row, genes, starts, entries, cursors, pairs);
        wasm.gramByGene(genes, starts, entries, cursors, pairs, gramAt, sumAt);
        row = next;
      }
    }),

    project: (block, loadings, offset, k, out) => withStage(memory, (stage) => {
      const rows = stageRows(stage, block);
      const genes = Math.floor(loadings.length / k);
      const vectors = Math.ceil(k / 4);
      const padded = stage.scratch(genes * vectors * 16);
      wasm.padLoadings(stage.input(loadings, genes * k, 'loadings'), genes, k, vectors, padded);
      const offsetAt = stage.input(offset, k, 'offset');
      const outAt = stage.output(out, block.rows * k, 'out');
      const scores = stage.scratch(vectors * 16);
      const unsound = wasm.project(
        rows.indptr, rows.indices, rows.values, block.rows, rows.limit, genes, padded, vectors, offsetAt, k, scores, outAt,
      );
      expectSound(unsound, genes);
    }),

    symv: (matrix, n, x, y) => withStage(memory, (stage) => {
      wasm.symv(stage.input(matrix, n * n, 'matrix'), n, stage.input(x, n, 'x'), stage.output(y, n, 'y'));
    }),

    nearest: (queries, queryCount, querySelf, base, baseCount, baseStart, dims, k, bestDistance, bestIndex) =>
      withStage(memory, (stage) => {
        const queriesAt = stage.input(queries, queryCount * dims, 'queries');
        const selfAt = stage.input(querySelf, queryCount, 'querySelf');
        const baseAt = stage.input(base, baseCount * dims, 'base');
        const distanceAt = stage.output(bestDistance, queryCount * k, 'bestDistance');
        const indexAt = stage.output(bestIndex, queryCount * k, 'bestIndex');
        const blockRows = Math.max(8, Math.floor(packedBytes / (dims * 32)) * 8);
        const panels = stage.scratch(blockRows * dims * 4);
        const norms = stage.scratch(blockRows * 4);
        const group = stage.scratch(dims * 16 + 48);
        const slack = 2 * (dims + 8) * 2 ** -24;
        for (let first = 0; first < baseCount; first += blockRows) {
          const count = Math.min(blockRows, baseCount - first);
          const from = baseAt + first * dims * 4;
          wasm.packPanels(from, count, dims, slack, panels, norms);
          wasm.nearest(
            queriesAt, queryCount, selfAt, from, count, baseStart + first, dims, k,
            distanceAt, indexAt, panels, norms, group, slack,
          );
        }
      }),
  };
}

/** End of the longest run of rows from `row` with at most `entries` entries; at least one row. */
function lastRow(indptr: Int32Array, row: number, rows: number, entries: number): number {
  const start = indptr[row]!;
  let end = row + 1;
  while (end < rows && indptr[end + 1]! - start <= entries) end++;
  return end;
}
