/**
 * Which cells come in which minibatch: row ids only, no data.
 *
 *     const order = openOrder({ strategy: { kind: 'blocks', block: 16 }, rows, seed: 0, epoch: 0 });
 *     const layout = { length: order.length, batch: 64, fetchFactor: 256, dropLast: false };
 *     for (const fetch of fetchesOfRank(layout, 0, 1)) fetchEntries(order, layout, fetch, 0, 0);
 */
export type { Codes, GroupRows, Order, OrderRequest, PlateUnits, RowSet, Strategy } from './contract.ts';
export { openOrder } from './open-order.ts';
export { rowMarks } from './marked-rows.ts';
export { allRows, listedRows, rangedRows, lowerBound, upperBound } from './row-sets.ts';
export { batchesIn, batchesOfRank, fetchCount, fetchEntries, fetchesOfRank, fetchRange, workerShare, type FetchLayout } from './fetches.ts';
export { entropyHint, entropyOfCounts, entropyTally, randomEntropy, simulateEntropy } from './entropy.ts';
export { groupRowsOf } from './groups.ts';
export { findLeaks, splitRows, type Leak, type Split, type SplitChoice } from './splits.ts';
