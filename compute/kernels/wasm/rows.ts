/** Binding of the kernels that walk whole counts blocks: checks, row statistics, gene sums, selection. */
import type { CsrBlock } from '../block.ts';
import { entryCapacity, refuseRow } from '../check.ts';
import type { SparseRows } from '../check.ts';
import type { KernelSet, SelectedBlock } from '../kernels.ts';
import type { KernelExports } from './exports.ts';
import type { LinearMemory } from './memory.ts';
import { withStage } from './stage.ts';
import type { Stage } from './stage.ts';

type RowKernels = Pick<
  KernelSet, 'checkValues' | 'rowStats' | 'topSums' | 'geneStats' | 'moments' | 'clippedMoments' | 'selectLognorm'
>;

/** Addresses of a block; `limit` is the number of entries its arrays can hold. */
export interface StagedRows {
  readonly indptr: number;
  readonly indices: number;
  readonly values: number;
  readonly limit: number;
}

/** Only the entries in use are copied when the block lies elsewhere; broken offsets are left to the kernel to refuse. */
export function stageRows(stage: Stage, block: SparseRows): StagedRows {
  const indptr = stage.input(block.indptr, block.rows + 1, 'indptr');
  const limit = Math.max(0, Math.min(block.indptr[block.rows]!, entryCapacity(block)));
  return {
    indptr, limit,
    indices: stage.input(block.indices, limit, 'indices'),
    values: stage.input(block.values, limit, 'values'),
  };
}

/** Turns the kernels' answer into an exception. */
export function expectSound(unsoundRow: number, genes: number): void {
  if (unsoundRow >= 0) refuseRow(unsoundRow, genes);
}

export function bindRowKernels(memory: LinearMemory, wasm: KernelExports): RowKernels {
  /** Runs `add` on both sums side by side (see assembly/genes.ts). */
  const withPairs = (
    stage: Stage, genes: number, first: Float64Array, second: Float64Array, add: (pairs: number) => number,
  ): void => {
    const firstAt = stage.output(first, genes, 'first sums');
    const secondAt = stage.output(second, genes, 'second sums');
    const pairs = stage.scratch(genes * 16);
    wasm.weave(firstAt, secondAt, genes, pairs);
    expectSound(add(pairs), genes);
    wasm.unweave(pairs, genes, firstAt, secondAt);
  };

  return {
    checkValues: (block) => withStage(memory, (stage) => {
      const { indptr, indices, values, limit } = stageRows(stage, block);
      expectSound(wasm.firstUnsound(indptr, indices, block.rows, limit, -1), Infinity);
      const found = stage.scratch(12);
      wasm.checkValues(values, block.indptr[0]!, block.indptr[block.rows]!, found);
      const [notFinite, negative, fractional] = new Int32Array(memory.wasm.buffer, found, 3);
      return { notFinite: notFinite!, negative: negative!, fractional: fractional! };
    }),

    rowStats: (block, geneFlags, out) => withStage(memory, (stage) => {
      const { indptr, indices, values, limit } = stageRows(stage, block);
      const genes = geneFlags.length;
      const flags = stage.input(geneFlags, genes, 'geneFlags');
      const total = stage.output(out.total, block.rows, 'total');
      const detected = stage.output(out.detected, block.rows, 'detected');
      const flagged = stage.output(out.flagged, block.rows, 'flagged');
      expectSound(wasm.rowStats(indptr, indices, values, block.rows, limit, flags, genes, total, detected, flagged), genes);
    }),

    topSums: (block, tops, out) => withStage(memory, (stage) => {
      const { indptr, values, limit } = stageRows(stage, block);
      const topsAt = stage.input(tops, tops.length, 'tops');
      const outAt = stage.output(out, block.rows * tops.length, 'out');
      const scratchBytes = wasm.topScratchBytes(longestRow(block));
      const scratch = stage.scratch(scratchBytes);
      new Uint8Array(memory.wasm.buffer, scratch, scratchBytes).fill(0);
      expectSound(wasm.topSums(indptr, values, block.rows, limit, topsAt, tops.length, outAt, scratch), Infinity);
    }),

    geneStats: (block, keep, cells, sums) => withStage(memory, (stage) => {
      const { indptr, indices, values, limit } = stageRows(stage, block);
      const genes = Math.min(cells.length, sums.length);
      const keepAt = keep ? stage.input(keep, block.rows, 'keep') : 0;
      withPairs(stage, genes, cells, sums, (pairs) =>
        wasm.geneStats(indptr, indices, values, block.rows, limit, keepAt, genes, pairs));
    }),

    moments: (block, factors, sum, sumSq) => withStage(memory, (stage) => {
      const { indptr, indices, values, limit } = stageRows(stage, block);
      const genes = Math.min(sum.length, sumSq.length);
      const factorsAt = stage.input(factors, block.rows, 'factors');
      withPairs(stage, genes, sum, sumSq, (pairs) =>
        wasm.moments(indptr, indices, values, block.rows, limit, factorsAt, genes, pairs));
    }),

    clippedMoments: (block, keep, clip, sum, sumSq) => withStage(memory, (stage) => {
      const { indptr, indices, values, limit } = stageRows(stage, block);
      const genes = Math.min(clip.length, sum.length, sumSq.length);
      const keepAt = keep ? stage.input(keep, block.rows, 'keep') : 0;
      const clipAt = stage.input(clip, genes, 'clip');
      withPairs(stage, genes, sum, sumSq, (pairs) =>
        wasm.clippedMoments(indptr, indices, values, block.rows, limit, keepAt, clipAt, genes, pairs));
    }),

    selectLognorm: (block, geneMap, factors, logScale, out) => {
      out.rows = withStage(memory, (stage) => selectInto(stage, memory, wasm, block, geneMap, factors, logScale, out));
    },
  };
}

function selectInto(
  stage: Stage, memory: LinearMemory, wasm: KernelExports,
  block: CsrBlock, geneMap: Int32Array, factors: Float64Array, logScale: number, out: SelectedBlock,
): number {
  const { indptr, indices, values, limit } = stageRows(stage, block);
  const genes = geneMap.length;
  const map = stage.input(geneMap, genes, 'geneMap');
  const steps = stage.scratch(genes);
  wasm.chosenSteps(map, genes, steps);
  const factorsAt = stage.input(factors, block.rows, 'factors');
  const entries = limit - Math.max(0, block.indptr[0]!);
  const outIndptr = stage.output(out.indptr, block.rows + 1, 'out.indptr');
  const outIndices = stage.output(out.indices, entries, 'out.indices');
  const outValues = stage.output(out.values, entries, 'out.values');
  const table = stage.scratch(256);
  const outRows = stage.scratch(4);
  const unsound = wasm.selectLognorm(
    indptr, indices, values, block.rows, limit, map, genes, steps, factorsAt, logScale, table,
    outIndptr, outIndices, outValues, outRows,
  );
  expectSound(unsound, genes);
  return new Int32Array(memory.wasm.buffer, outRows, 1)[0]!;
}

/** Entries of the block's longest row. */
export function longestRow(block: SparseRows): number {
  let longest = 0;
  for (let row = 0; row < block.rows; row++) longest = Math.max(longest, block.indptr[row + 1]! - block.indptr[row]!);
  return longest;
}
