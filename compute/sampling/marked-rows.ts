/** Rows by one bit each, with a count every 512 bits: row sets of any part of 1e8 rows in 13 MB. */
import type { RowSet } from './contract.ts';
import { upperBound } from './row-sets.ts';

const blockWords = 16;
const blockBits = 32 * blockWords;

export interface RowMarks {
  mark(row: number): void;
  /** The rows that were marked. What is marked later is not in it. */
  rows(): RowSet;
}

export function rowMarks(rows: number): RowMarks {
  const words = new Uint32Array(Math.ceil(rows / blockBits) * blockWords);
  return { mark: (row) => (words[row >>> 5]! |= 1 << (row & 31)), rows: () => markedRows(words, rows) };
}

function markedRows(words: Uint32Array, rows: number): RowSet {
  const blocks = words.length / blockWords;
  /** Marked rows before every block, and all of them. */
  const before = new Uint32Array(blocks + 1);
  for (let word = 0, sum = 0; word < words.length; word++) {
    sum += bitsIn(words[word]!);
    if ((word + 1) % blockWords === 0) before[(word + 1) / blockWords] = sum;
  }
  const length = before[blocks]!;
  /** Rows are mostly asked for one after the other. */
  let last = 0;
  return {
    length,
    at(position) {
      if (position < before[last]! || position >= before[last + 1]!) last = upperBound(before, blocks + 1, position) - 1;
      let left = position - before[last]!;
      let word = last * blockWords;
      for (let bits = bitsIn(words[word]!); left >= bits; bits = bitsIn(words[++word]!)) left -= bits;
      let bits = words[word]!;
      for (; left > 0; left--) bits &= bits - 1;
      return 32 * word + 31 - Math.clz32(bits & -bits);
    },
    find(row) {
      if (row <= 0) return 0;
      if (row >= rows) return length;
      const end = row >>> 5;
      const block = Math.floor(end / blockWords);
      let position = before[block]!;
      for (let word = block * blockWords; word < end; word++) position += bitsIn(words[word]!);
      return position + bitsIn(words[end]! & ((1 << (row & 31)) - 1));
    },
  };
}

function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
