/**
 * The sanity rules every kernel set applies before it trusts a block. A gene id out of range would be a silent write to
 * a neighbour's memory in WASM and a silent NaN in JavaScript; both sets refuse it the same way instead.
 */
import { failure } from '../../protocol/errors.ts';

/** The part of CsrBlock and SelectedBlock that the rules look at. */
export interface SparseRows {
  readonly rows: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Entries that the arrays of a block can hold; offsets beyond it are refused. */
export function entryCapacity(block: SparseRows): number {
  return Math.min(block.indices.length, block.values.length);
}

/** Refuses a row (number within the block) whose offsets or gene ids do not fit. Readers check files before this. */
export function refuseRow(row: number, genes: number): never {
  throw failure('internal', { detail: `row ${row} of a block has offsets or gene ids outside its ${genes} genes` });
}

/** Throws unless offsets ascend inside the arrays and every gene id lies in 0..genes-1 (pass Infinity to skip ids). */
export function assertSound(block: SparseRows, genes: number): void {
  const { rows, indptr, indices } = block;
  const capacity = entryCapacity(block);
  assertLength(indptr, rows + 1, 'indptr');
  for (let row = 0; row < rows; row++) {
    const start = indptr[row]!;
    const end = indptr[row + 1]!;
    if (start < 0 || end < start || end > capacity) refuseRow(row, genes);
    if (genes === Infinity) continue;
    for (let p = start; p < end; p++) {
      // One comparison refuses negative ids too.
      if (indices[p]! >>> 0 >= genes) refuseRow(row, genes);
    }
  }
}

/** Throws unless `array` has at least `length` entries. */
export function assertLength(array: { readonly length: number }, length: number, name: string): void {
  if (array.length < length) {
    throw failure('internal', { detail: `kernel argument '${name}' has ${array.length} entries, ${length} are needed` });
  }
}
