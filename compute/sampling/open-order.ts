/** The one way from a strategy to the order of an epoch. */
import { failure } from '../../protocol/errors.ts';
import { blockOrder, orderOf } from './blocks.ts';
import { chunkOrder } from './chunks.ts';
import type { Order, OrderRequest } from './contract.ts';
import { groupOrder } from './groups.ts';
import { quotaOrder } from './quota.ts';
import { allRows } from './row-sets.ts';
import { balancedWeights, weightedOrder } from './weighted.ts';

/** Row ids are 32-bit numbers. */
export const mostRows = 2 ** 32 - 1;

/** @throws invalid-parameter with what is wrong and what would do. */
export function openOrder(request: OrderRequest): Order {
  const { strategy, rows, seed, epoch } = request;
  const subset = request.subset ?? allRows(rows);
  whole('rows', rows, 0, mostRows);
  whole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  whole('epoch', epoch, 0, 1e9);
  const block = 'block' in strategy && strategy.block !== undefined ? strategy.block : 8;
  if ('block' in strategy) whole('block', block, 1, mostRows);
  switch (strategy.kind) {
    case 'streaming':
      return {
        length: subset.length,
        mixing: strategy.shuffle === true ? 'fetch' : 'none',
        take: (start, out) => {
          for (let i = 0; i < out.length; i++) out[i] = subset.at(start + i);
        },
      };
    case 'blocks':
      if (block > subset.length && subset.length > 0) {
        throw failure('invalid-parameter', { step: 'sampling', parameter: 'block', value: String(block), reason: `there are only ${subset.length} rows; a block may hold at most as many` });
      }
      return orderOf(blockOrder(subset.length, block, strategy.dropLast ?? false, seed, epoch), subset.at);
    case 'chunks':
      if (request.units === undefined) throw failure('invalid-parameter', { step: 'sampling', parameter: 'strategy', value: 'chunks', reason: 'this storage has no chunks; use blocks' });
      return chunkOrder(subset, request.units, seed, epoch);
    case 'weighted':
      return weightedOrder(strategy, subset, rows, seed, epoch);
    case 'balanced':
      return weightedOrder(
        { kind: 'weighted', weights: balancedWeights(strategy.codes), block, ...(strategy.totalSize === undefined ? {} : { totalSize: strategy.totalSize }) },
        subset, rows, seed, epoch,
      );
    case 'groups':
      return groupOrder(strategy.groups, strategy.weights, strategy.totalSize ?? subset.length, seed, epoch);
    case 'quota':
      return quotaOrder({ ...strategy, batches: strategy.batches, batch: request.batch ?? 64, subset, seed, epoch });
    default:
      throw failure('internal', { detail: `unknown strategy ${JSON.stringify(strategy satisfies never)}` });
  }
}

function whole(parameter: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw failure('invalid-parameter', { step: 'sampling', parameter, value: String(value), reason: `a whole number of ${least} to ${most} is needed` });
}
