/** The one way from a strategy to the order of an epoch. */
import { failure } from '../../protocol/errors.ts';
import { balancedOrder } from './balanced.ts';
import { blockOrder, orderOf } from './blocks.ts';
import { chunkOrder } from './chunks.ts';
import type { Order, OrderRequest, RowSet } from './contract.ts';
import { groupOrder } from './groups.ts';
import { quotaOrder } from './quota.ts';
import { allRows } from './row-sets.ts';
import { weightedOrder } from './weighted.ts';

/** Row ids are 32-bit numbers. */
export const mostRows = 2 ** 32 - 1;

/** @throws invalid-parameter with what is wrong and what would do. */
export function openOrder(request: OrderRequest): Order {
  const { strategy, rows, seed, epoch } = request;
  const subset = request.subset ?? allRows(rows);
  whole('rows', rows, 0, mostRows);
  whole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  whole('epoch', epoch, 0, 1e9);
  checkSubset(subset, rows);
  if ('block' in strategy && strategy.block !== undefined) whole('block', strategy.block, 1, mostRows);
  if ('totalSize' in strategy && strategy.totalSize !== undefined) whole('totalSize', strategy.totalSize, 0, mostRows);
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
      if (strategy.block > subset.length && subset.length > 0) refuse('block', String(strategy.block), `there are only ${subset.length} rows; a block may hold at most as many`);
      return orderOf(blockOrder(subset.length, strategy.block, strategy.dropLast ?? false, seed, epoch), subset.at);
    case 'chunks':
      if (request.units === undefined) refuse('strategy', 'chunks', 'this storage has no chunks; use blocks');
      return chunkOrder(subset, request.units, seed, epoch);
    case 'weighted':
      return weightedOrder(strategy, subset, rows, seed, epoch);
    case 'balanced':
      return balancedOrder(strategy, subset, rows, seed, epoch);
    case 'groups':
      return groupOrder(strategy.groups, strategy.weights, strategy.totalSize ?? subset.length, seed, epoch);
    case 'quota':
      if (strategy.batches !== undefined) whole('batches', strategy.batches, 0, Math.floor(mostRows / (request.batch ?? 64)));
      return quotaOrder({ ...strategy, batches: strategy.batches, batch: request.batch ?? 64, subset, rows, seed, epoch });
    default:
      throw failure('internal', { detail: `unknown strategy ${JSON.stringify(strategy satisfies never)}` });
  }
}

/** A list of rows that was made for another collection would ask for rows that are not there. */
function checkSubset({ length, at }: RowSet, rows: number): void {
  if (length === 0) return;
  const [first, last] = [at(0), at(length - 1)];
  if (length > rows || !(first >= 0 && last < rows)) refuse('subset', `${length} rows, ${first} to ${last}`, `the collection has ${rows} rows, 0 to ${rows - 1}`);
}

function whole(parameter: string, value: number, least: number, most: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) refuse(parameter, String(value), `a whole number of ${least} to ${most} is needed`);
}

function refuse(parameter: string, value: string, reason: string): never {
  throw failure('invalid-parameter', { step: 'sampling', parameter, value, reason });
}
