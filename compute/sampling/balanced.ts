/** Every class of a label equally often: by a weight for every row, or class by class where the list of draws would be too long. */
import { failure } from '../../protocol/errors.ts';
import type { Order, RowSet, Strategy } from './contract.ts';
import { groupIndex } from './group-index.ts';
import { groupOrder } from './groups.ts';
import { mostDraws, weightedOrder } from './weighted.ts';

/**
 * `most`: rows or draws above which classes are
 * drawn, then a cell of the class. @throws invalid-parameter for codes of another length, and for cells without a label that take part.
 */
export function balancedOrder({ codes, counted = 'all', ...strategy }: Strategy & { kind: 'balanced' }, subset: RowSet, rows: number, seed: number, epoch: number, most = mostDraws): Order {
  if (codes.length !== rows && codes.length !== subset.length) refuse(`${codes.length} codes`, `${rows} rows${subset.length === rows ? '' : ` (${subset.length} of them chosen)`} need as many`);
  const codeAt = codes.length === subset.length ? (position: number): number => codes[position]! : (position: number): number => codes[subset.at(position)]!;
  let missing = 0;
  for (let position = 0; position < subset.length; position++) if (codeAt(position) < 0) missing++;
  if (missing > 0) refuse(`${missing} missing`, 'cells without a label belong to no class: leave them out (a subset), or fill the label');
  const counts = counted === 'all' ? countsOf((row) => codes[row]!, codes.length) : countsOf(codeAt, subset.length);
  const total = strategy.totalSize ?? subset.length;
  if (subset.length <= most && total <= most) {
    const weights = new Float64Array(subset.length);
    for (let position = 0; position < weights.length; position++) weights[position] = 1 / counts[codeAt(position)]!;
    return weightedOrder({ ...strategy, kind: 'weighted', weights }, subset, rows, seed, epoch);
  }
  const found = groupIndex(codeAt, subset.length, counts.length);
  // The same share for a class as the weights of its rows give together.
  const weights = Float64Array.from(counts, (count, group) => (count === 0 ? 0 : found.count(group) / count));
  return groupOrder({ ...found, row: (group, at) => subset.at(found.row(group, at)) }, weights, total, seed, epoch);
}

/** Cells of every class. */
function countsOf(codeAt: (place: number) => number, length: number): Float64Array {
  let most = -1;
  for (let place = 0; place < length; place++) most = Math.max(most, codeAt(place));
  const counts = new Float64Array(most + 1);
  for (let place = 0; place < length; place++) {
    const code = codeAt(place);
    if (code >= 0) counts[code]!++;
  }
  return counts;
}

function refuse(value: string, reason: string): never {
  throw failure('invalid-parameter', { step: 'sampling', parameter: 'labels', value, reason });
}
