/**
 * Weighted block sampling with scDataset's meaning: rows are drawn by weight, the draws are sorted, cut into blocks of b
 * neighbouring draws, and the blocks shuffled. Per-row weights are for collections below ten million rows; above, draw by
 * group (groups.ts).
 */
import { failure } from '../../protocol/errors.ts';
import type { Order, RowSet, WeightedStrategy } from './contract.ts';
import { blockOrder, orderOf } from './blocks.ts';
import { randomFor } from './seeds.ts';

/** Most draws whose list is kept: 128 MB. */
export const mostDraws = 2 ** 25;

const refuse = (parameter: string, value: string, reason: string): never => {
  throw failure('invalid-parameter', { step: 'sampling', parameter, value, reason });
};

/** @throws invalid-parameter for weights that are negative, all zero or of the wrong length, and for impossible sizes. */
export function weightedOrder(strategy: WeightedStrategy, subset: RowSet, rows: number, seed: number, epoch: number): Order {
  const weights = subsetWeights(strategy.weights, subset, rows);
  const total = strategy.totalSize ?? subset.length;
  if (total > mostDraws) refuse('totalSize', String(total), `at most ${mostDraws} draws by weights of single rows are kept in memory; 'balanced' by a label goes on above that, and epochs may be shorter`);
  const { block } = strategy;
  if (block !== undefined && block > total && total > 0) refuse('block', String(block), `there are only ${total} draws in an epoch; a block may hold at most as many`);
  const draws = strategy.replace === false ? withoutReplacement(weights, total, strategy.samplingSize, seed, epoch) : withReplacement(weights, total, seed, epoch);
  return orderOf(blockOrder(draws.length, block ?? 8, false, seed, epoch), (draw) => subset.at(draws[draw]!));
}

/** One weight per position. */
function subsetWeights(weights: ArrayLike<number>, subset: RowSet, rows: number): Float64Array {
  if (weights.length !== subset.length && weights.length !== rows) {
    refuse('weights', `${weights.length} weights`, `${rows} rows${subset.length === rows ? '' : ` (${subset.length} of them chosen)`} need as many weights`);
  }
  const ofSubset = weights.length === subset.length;
  const out = new Float64Array(subset.length);
  let sum = 0;
  for (let position = 0; position < out.length; position++) {
    const weight = weights[ofSubset ? position : subset.at(position)]!;
    if (!(weight >= 0 && weight < Infinity)) refuse('weights', String(weight), `the weight of row ${subset.at(position)} must be a number of at least 0`);
    out[position] = weight;
    sum += weight;
  }
  if (out.length > 0 && !(sum > 0)) refuse('weights', 'all 0', 'at least one weight must be above 0');
  return out;
}

/**
 * Positions drawn with replacement, ascending, without sorting: the gaps between sorted even draws are exponential, so one
 * walk along the summed weights gives them all.
 */
function withReplacement(weights: Float64Array, total: number, seed: number, epoch: number): Uint32Array {
  const draws = new Uint32Array(total);
  let span = 0;
  const measure = randomFor(seed, epoch, 'draws');
  for (let draw = 0; draw <= total; draw++) span -= Math.log(measure.uniform());
  let sum = 0;
  let last = 0;
  for (let position = 0; position < weights.length; position++) {
    sum += weights[position]!;
    if (weights[position]! > 0) last = position;
  }
  const random = randomFor(seed, epoch, 'draws');
  let position = 0;
  let reached = weights[0] ?? 0;
  let walked = 0;
  for (let draw = 0; draw < total; draw++) {
    walked -= Math.log(random.uniform());
    const wanted = (walked / span) * sum;
    // Rounding must not walk past the last row that may be drawn.
    while (wanted >= reached && position < last) reached += weights[++position]!;
    draws[draw] = position;
  }
  return draws;
}

/** Rounds of `samplingSize` draws without a repeat inside a round: the smallest of -ln(u) / weight. */
function withoutReplacement(weights: Float64Array, total: number, samplingSize: number | undefined, seed: number, epoch: number): Uint32Array {
  const size = samplingSize ?? total;
  const possible = weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0);
  if (!(Number.isInteger(size) && size >= 1 && size <= possible) && total > 0) {
    refuse('samplingSize', String(size), `without replacement a round holds 1 to ${possible} rows (those with a weight above 0)`);
  }
  const draws = new Uint32Array(total);
  const keys = new Float64Array(weights.length);
  for (let done = 0, round = 0; done < total; round++) {
    const random = randomFor(seed, epoch, 'rounds', round);
    for (let position = 0; position < keys.length; position++) keys[position] = weights[position]! > 0 ? -Math.log(random.uniform()) / weights[position]! : Infinity;
    const wanted = Math.min(size, total - done);
    const limit = Float64Array.from(keys).sort()[wanted - 1]!;
    // Equal keys do not occur but by chance of 2^-32: the count bounds them.
    for (let position = 0, taken = 0; position < keys.length && taken < wanted; position++) {
      if (keys[position]! > limit) continue;
      draws[done++] = position;
      taken++;
    }
  }
  return draws.sort();
}
