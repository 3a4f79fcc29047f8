/** One gene as the colour of drawn cells: one pass over the plates, values as the run made them (normalised, logarithm) or counts. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import type { CellAxis } from '../export/axis.ts';
import { keptRows, lognormOf } from '../export/rows.ts';
import type { Plate } from '../matrix/plates.ts';
import type { FoundSlots } from '../results/slots.ts';
import type { PointColors } from './color.ts';

export interface GeneRequest {
  readonly plates: readonly Plate[];
  /** Common genes of the run. */
  readonly genes: readonly string[];
  readonly axis: CellAxis;
  readonly slots: FoundSlots;
  readonly gene: string;
  /** Drawn cells among the kept ones, ascending. */
  readonly positions: Uint32Array;
  readonly signal: AbortSignal;
  /** Kept cells passed so far. */
  report(done: number): void;
}

/** @throws not-found, cancelled, and what reading plates can throw. */
export async function geneColor({ plates, genes, axis, slots, gene, positions, signal, report }: GeneRequest): Promise<PointColors> {
  const wanted = genes.indexOf(gene);
  if (wanted < 0) throw failure('not-found', { what: 'gene', name: gene, near: nearNames(gene, genes) });
  const lognorm = slots.facts('normalize') !== undefined && slots.facts('log1p') !== undefined ? lognormOf(slots) : null;
  const values = new Float32Array(positions.length);
  let cell = 0;
  let point = 0;
  for await (const block of keptRows(plates, axis, lognorm, signal)) {
    if (signal.aborted) throw failure('cancelled', { step: 'figure' });
    for (let row = 0; row < block.rows; row++, cell++) {
      if (positions[point] !== cell) continue;
      values[point++] = entryOf(block.indices, block.values, block.indptr[row]!, block.indptr[row + 1]!, wanted);
    }
    report(cell);
    if (point === positions.length) break;
  }
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const range = min <= max ? { min, max } : { min: null, max: null };
  return { color: { kind: 'numbers', column: gene, ...range, missing: 0 }, codes: null, values };
}

/** The value of a gene in a row whose genes ascend; 0 when the row lacks it. */
function entryOf(indices: ArrayLike<number>, values: ArrayLike<number>, from: number, to: number, gene: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (indices[middle]! < gene) low = middle + 1;
    else high = middle;
  }
  return low < to && indices[low] === gene ? values[low]! : 0;
}
