/**
 * Draws by group at any number of rows: an alias table over the groups, then an even draw inside the group. Draws are
 * computed when they are asked for, 1,024 to a seeded stretch; only the row lists need memory (or a file).
 */
import { failure } from '../../protocol/errors.ts';
import type { Codes, GroupRows, Order } from './contract.ts';
import { randomFor } from './seeds.ts';

const stretch = 1024;

/** @throws invalid-parameter for weights that do not fit, and for a weight on a group without rows. */
export function groupOrder(groups: GroupRows, weights: ArrayLike<number>, total: number, seed: number, epoch: number): Order {
  if (weights.length !== groups.groups) refuse(`${weights.length} weights`, `there are ${groups.groups} groups`);
  const alias = aliasTable(weights, (group) => groups.count(group));
  const draws = new Uint32Array(stretch);
  let held = -1;
  const fill = (number: number): void => {
    if (held === number) return;
    const random = randomFor(seed, epoch, 'draws', number);
    for (let i = 0; i < stretch; i++) {
      const group = alias(random.uniform(), random.uniform());
      draws[i] = groups.row(group, random.below(groups.count(group)));
    }
    held = number;
  };
  return {
    length: total,
    mixing: 'fetch',
    take(start, out) {
      for (let i = 0; i < out.length; ) {
        const number = Math.floor((start + i) / stretch);
        fill(number);
        const from = start + i - number * stretch;
        const count = Math.min(stretch - from, out.length - i);
        out.set(draws.subarray(from, from + count), i);
        i += count;
      }
    },
  };
}

/** Walker's alias method: a group number from two even draws, in constant time. */
export function aliasTable(weights: ArrayLike<number>, rowsOf: (group: number) => number): (first: number, second: number) => number {
  const n = weights.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Infinity)) refuse(String(weight), `the weight of group ${i} must be a number of at least 0`);
    if (weight > 0 && rowsOf(i) === 0) refuse(String(weight), `group ${i} has no rows to draw`);
    sum += weight;
  }
  if (!(sum > 0)) refuse('all 0', 'at least one weight must be above 0');
  const share = Float64Array.from({ length: n }, (_, i) => (weights[i]! * n) / sum);
  const other = Uint32Array.from({ length: n }, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  share.forEach((value, i) => (value < 1 ? small : large).push(i));
  while (small.length > 0 && large.length > 0) {
    const [less, more] = [small.pop()!, large.at(-1)!];
    other[less] = more;
    share[more] = share[more]! + share[less]! - 1;
    if (share[more]! < 1) small.push(large.pop()!);
  }
  // What rounding left over is full; a group of weight 0 must never be drawn.
  for (const i of [...small, ...large]) if (weights[i]! > 0) share[i] = 1;
  return (first, second) => {
    const i = Math.min(n - 1, Math.floor(first * n));
    return second < share[i]! ? i : other[i]!;
  };
}

/** Row lists of every class in memory: 4 bytes a row. Missing labels (-1) are in no class. */
export function groupRowsOf(codes: Codes, groups: number): GroupRows {
  const starts = new Uint32Array(groups + 1);
  for (const code of codes) if (code >= 0) starts[code + 1]!++;
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
  const rows = new Uint32Array(starts[groups]!);
  const next = starts.slice(0, groups);
  codes.forEach((code, row) => {
    if (code >= 0) rows[next[code]!++] = row;
  });
  return { groups, count: (group) => starts[group + 1]! - starts[group]!, row: (group, at) => rows[starts[group]! + at]! };
}

function refuse(value: string, reason: string): never {
  throw failure('invalid-parameter', { step: 'sampling', parameter: 'weights', value, reason });
}
