/**
 * Random permutations of 0 ... n - 1, read at any place. Up to 8M entries a table made by Fisher and Yates; above, a Feistel
 * network of four rounds that needs no memory at all (100M rows in a table would be 400 MB).
 */
import type { Random } from '../random/random.ts';
import { shuffleInPlace } from './seeds.ts';

export interface Permutation {
  readonly length: number;
  at(position: number): number;
}

export const tableLimit = 2 ** 23;

export function permutationOf(length: number, random: Random, limit = tableLimit): Permutation {
  if (length > limit) return feistel(length, random);
  const table = new Uint32Array(length);
  for (let i = 0; i < length; i++) table[i] = i;
  shuffleInPlace(table, random);
  return { length, at: (position) => table[position]! };
}

const rounds = 4;

/** Positions that land beyond `length` are sent through again until they land inside: still one to one. */
function feistel(length: number, random: Random): Permutation {
  const bits = Math.max(2, Math.ceil(Math.log2(length)));
  const lowBits = bits >> 1;
  const lowMask = 2 ** lowBits - 1;
  const highMask = 2 ** (bits - lowBits) - 1;
  const keys = Uint32Array.from({ length: rounds * 2 }, () => random.bits());
  const once = (value: number): number => {
    let high = Math.floor(value / (lowMask + 1));
    let low = value & lowMask;
    for (let round = 0; round < rounds; round += 2) {
      high ^= scramble(low, keys[2 * round]!, keys[2 * round + 1]!) & highMask;
      low ^= scramble(high, keys[2 * round + 2]!, keys[2 * round + 3]!) & lowMask;
    }
    return high * (lowMask + 1) + low;
  };
  return {
    length,
    at: (position) => {
      let value = once(position);
      while (value >= length) value = once(value);
      return value;
    },
  };
}

/** The finaliser of MurmurHash3 between two keys. */
function scramble(half: number, first: number, second: number): number {
  let h = Math.imul(half ^ first, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ second, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
