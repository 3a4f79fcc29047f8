/**
 * Stratified sampling by quota: every minibatch holds exactly so many cells of each class. A class gives each of its cells
 * once, in random order, before any comes again.
 */
import { failure } from '../../protocol/errors.ts';
import type { Codes, GroupRows, Order, RowSet } from './contract.ts';
import { groupIndex } from './group-index.ts';
import { groupRowsOf } from './groups.ts';
import { permutationOf, type Permutation } from './permutation.ts';
import { randomFor } from './seeds.ts';
import { mostDraws } from './weighted.ts';

export interface QuotaRequest {
  readonly codes: Codes;
  /** Cells of each class in a minibatch; their sum is the minibatch. */
  readonly quota: ArrayLike<number>;
  /** Minibatches of an epoch; default as many as the rows fill. */
  readonly batches: number | undefined;
  readonly batch: number;
  readonly subset: RowSet;
  /** Of the whole collection. */
  readonly rows: number;
  readonly seed: number;
  readonly epoch: number;
}

/** @throws invalid-parameter when the quota does not add up, asks for a class without cells, or labels are missing. */
export function quotaOrder({ codes, quota, batches, batch, subset, rows, seed, epoch }: QuotaRequest): Order {
  const classes = quota.length;
  if (codes.length < rows && codes.length !== subset.length) refuse(`${codes.length} codes`, `${rows} rows need as many`);
  const codeAt = codes.length === subset.length ? (position: number): number => codes[position]! : (position: number): number => codes[subset.at(position)]!;
  for (let position = 0; position < subset.length; position++) {
    const code = codeAt(position);
    if (!(code >= 0 && code < classes)) refuse(String(code), code < 0 ? `row ${subset.at(position)} has no label` : `there are ${classes} classes in the quota`);
  }
  // Lists of all rows are faster, and too long for the largest collections.
  const groups = subset.length > mostDraws ? groupIndex(codeAt, subset.length, classes) : groupRowsOf(Int32Array.from({ length: subset.length }, (_, position) => codeAt(position)), classes);
  const slots = new Uint32Array(batch);
  const before = new Uint32Array(batch);
  let filled = 0;
  for (let group = 0; group < classes; group++) {
    const cells = quota[group]!;
    if (!(Number.isInteger(cells) && cells >= 0)) refuse(String(cells), 'a quota is a whole number of cells');
    if (cells > 0 && groups.count(group) === 0) refuse(String(cells), `class ${group} has no cells`);
    for (let i = 0; i < cells && filled < batch; i++, filled++) {
      slots[filled] = group;
      before[filled] = i;
    }
  }
  const sum = Array.from(quota).reduce((a, b) => a + b, 0);
  if (sum !== batch) refuse(`${sum} cells`, `the quota must fill the minibatch of ${batch}`);

  const sequences = Array.from({ length: classes }, (_, group) => sequenceOf(groups, group, seed, epoch));
  return {
    length: (batches ?? Math.floor(subset.length / batch)) * batch,
    // Mixing over minibatches would undo the quota.
    mixing: 'minibatch',
    take(start, out) {
      for (let i = 0; i < out.length; i++) {
        const slot = (start + i) % batch;
        const group = slots[slot]!;
        const number = Math.floor((start + i) / batch) * quota[group]! + before[slot]!;
        out[i] = subset.at(sequences[group]!(number));
      }
    },
  };
}

/** The endless sequence of a class: a new permutation of its cells in every round. Two rounds are kept, for a border between. */
function sequenceOf(groups: GroupRows, group: number, seed: number, epoch: number): (number: number) => number {
  const count = groups.count(group);
  const kept = new Map<number, Permutation>();
  return (number) => {
    const round = Math.floor(number / count);
    let order = kept.get(round);
    if (order === undefined) {
      if (kept.size > 1) kept.delete(Math.min(...kept.keys()));
      // 2^20 rounds of 4,096 classes have indices of their own.
      order = permutationOf(count, randomFor(seed, epoch, 'quota', (round << 12) ^ group));
      kept.set(round, order);
    }
    return groups.row(group, order.at(number % count));
  };
}

function refuse(value: string, reason: string): never {
  throw failure('invalid-parameter', { step: 'sampling', parameter: 'quota', value, reason });
}
