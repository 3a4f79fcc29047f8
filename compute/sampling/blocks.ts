/**
 * Block shuffling with scDataset's meaning: positions are cut into whole blocks in ascending order, the blocks come in random
 * order, and what remains behind the last whole block is one short block at a random border. Nothing is stored per row.
 */
import type { Order } from './contract.ts';
import { permutationOf } from './permutation.ts';
import { randomFor } from './seeds.ts';

export interface BlockOrder {
  readonly length: number;
  /** Fills `out` with positions. */
  take(start: number, out: Uint32Array): void;
}

/** `dropLast`: length mod block positions, chosen at random, are left out, and blocks are cut from the others. */
export function blockOrder(length: number, block: number, dropLast: boolean, seed: number, epoch: number): BlockOrder {
  const blocks = Math.floor(length / block);
  const left = length - blocks * block;
  const places = permutationOf(blocks, randomFor(seed, epoch, 'blocks'));
  const dropped = dropLast ? chooseSorted(length, left, seed, epoch) : null;
  // The short block stands before whole block number `border`.
  const border = dropped === null && left > 0 ? randomFor(seed, epoch, 'remainder').below(blocks + 1) : 0;
  const short = dropped === null ? left : 0;
  const shortStart = border * block;

  const run = (from: number, to: number, position: number, out: Uint32Array, at: number): void => {
    for (let i = from; i < to; i++) out[at + i - from] = dropped === null ? position + i - from : skip(dropped, position + i - from);
  };
  return {
    length: blocks * block + short,
    take(start, out) {
      const end = start + out.length;
      for (let entry = start; entry < end; ) {
        let stop: number;
        let position: number;
        if (entry >= shortStart && entry < shortStart + short) {
          stop = shortStart + short;
          position = blocks * block + entry - shortStart;
        } else {
          const behind = entry < shortStart ? entry : entry - short;
          const place = Math.floor(behind / block);
          stop = entry + block - (behind % block);
          position = places.at(place) * block + (behind % block);
        }
        stop = Math.min(stop, end);
        run(entry, stop, position, out, entry - start);
        entry = stop;
      }
    },
  };
}

/** Positions mapped to rows; mixed in memory. */
export function orderOf(positions: BlockOrder, rowAt: (position: number) => number): Order {
  return {
    length: positions.length,
    mixing: 'fetch',
    take(start, out) {
      positions.take(start, out);
      for (let i = 0; i < out.length; i++) out[i] = rowAt(out[i]!);
    },
  };
}

/** `count` of `length` positions, ascending. */
function chooseSorted(length: number, count: number, seed: number, epoch: number): Float64Array {
  const random = randomFor(seed, epoch, 'dropped');
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.below(length));
  return Float64Array.from(chosen).sort();
}

/** The place-th position that is not dropped. */
function skip(dropped: Float64Array, place: number): number {
  // dropped[i] - i positions before it are kept: those at or below `place` push it on.
  let low = 0;
  let high = dropped.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (dropped[middle]! - middle <= place) low = middle + 1;
    else high = middle;
  }
  return place + low;
}

