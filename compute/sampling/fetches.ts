/**
 * Fetches: stretches of m * f consecutive entries of the order, read in one request, mixed in memory and cut into minibatches.
 * Minibatches never cross a fetch. Ranks take fetches in turn, workers of a rank contiguous runs.
 */
import type { Order } from './contract.ts';
import { randomFor, shuffleInPlace } from './seeds.ts';

export interface FetchLayout {
  /** Entries of the order. */
  readonly length: number;
  readonly batch: number;
  readonly fetchFactor: number;
  /** Leaves out the short minibatch at the end of a fetch. */
  readonly dropLast: boolean;
}

export function fetchCount({ length, batch, fetchFactor }: FetchLayout): number {
  return Math.ceil(length / (batch * fetchFactor));
}

/** Entries [start, end) of a fetch. */
export function fetchRange({ length, batch, fetchFactor }: FetchLayout, fetch: number): { start: number; end: number } {
  const size = batch * fetchFactor;
  return { start: fetch * size, end: Math.min(length, (fetch + 1) * size) };
}

/** Minibatches of a fetch. */
export function batchesIn(layout: FetchLayout, fetch: number): number {
  const { start, end } = fetchRange(layout, fetch);
  const batches = (end - start) / layout.batch;
  return layout.dropLast ? Math.floor(batches) : Math.ceil(batches);
}

/** Fetches of one rank of `ranks`: rank, rank + ranks, ... */
export function fetchesOfRank(layout: FetchLayout, rank: number, ranks: number): number[] {
  const out: number[] = [];
  for (let fetch = rank; fetch < fetchCount(layout); fetch += ranks) out.push(fetch);
  return out;
}

/** Minibatches that a rank yields in an epoch. */
export function batchesOfRank(layout: FetchLayout, rank = 0, ranks = 1): number {
  const all = fetchCount(layout);
  const own = Math.max(0, Math.ceil((all - rank) / ranks));
  if (own === 0) return 0;
  const last = rank + (own - 1) * ranks;
  return (own - 1) * layout.fetchFactor + (last === all - 1 ? batchesIn(layout, last) : layout.fetchFactor);
}

/** The run of a worker among `fetches` of its rank: sizes differ by at most one, the first workers have the longer ones. */
export function workerShare(fetches: number, worker: number, workers: number): { from: number; to: number } {
  const [each, more] = [Math.floor(fetches / workers), fetches % workers];
  const from = worker * each + Math.min(worker, more);
  return { from, to: from + each + (worker < more ? 1 : 0) };
}

/** Row ids of a fetch in the order in which minibatches take them. Depends on seed, epoch and fetch alone. */
export function fetchEntries(order: Order, layout: FetchLayout, fetch: number, seed: number, epoch: number): Uint32Array {
  const { start, end } = fetchRange(layout, fetch);
  const entries = new Uint32Array(end - start);
  order.take(start, entries);
  if (order.mixing === 'fetch') shuffleInPlace(entries, randomFor(seed, epoch, 'fetch', fetch));
  if (order.mixing === 'minibatch') {
    const random = randomFor(seed, epoch, 'minibatch', fetch);
    for (let at = 0; at < entries.length; at += layout.batch) shuffleInPlace(entries.subarray(at, at + layout.batch), random);
  }
  return entries;
}
