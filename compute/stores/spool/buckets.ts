/**
 * Entries thrown into buckets by row, on disk. All buckets share one scratch file: each fills a block in memory and appends
 * it when full, so thousands of buckets need one open file. Reading a bucket gives its entries in the order they came.
 */
import { openPlain, discard } from '../../../io/plain-file.ts';

/** int32 words of one entry: row, gene, value (float32 bits). */
const wordsPerEntry = 3;
export const bytesPerEntry = 4 * wordsPerEntry;

export interface Buckets {
  add(bucket: number, row: number, gene: number, value: number): void;
  /** Writes what is left in memory; afterwards the work memory is free for other use and `add` must not be called. */
  finish(): void;
  /** Calls `visit` for each entry of a bucket; only after `finish`. */
  each(bucket: number, visit: (row: number, gene: number, value: number) => void): void;
  /** Removes the scratch file. */
  discard(): void;
}

/** `work` holds at least count x entriesPerBlock entries of 12 bytes. */
export function openBuckets(path: string, count: number, entriesPerBlock: number, work: ArrayBuffer): Buckets {
  const file = openPlain(path, 'w+');
  const blockWords = entriesPerBlock * wordsPerEntry;
  const words = new Int32Array(work, 0, count * blockWords);
  const floats = new Float32Array(work, 0, count * blockWords);
  const block = new Int32Array(blockWords);
  const blockFloats = new Float32Array(block.buffer);
  const filled = new Int32Array(count);
  /** Per bucket: block numbers in the scratch file, and entries in its last block. */
  const chains: number[][] = Array.from({ length: count }, () => []);
  const lastEntries = new Int32Array(count);
  let blocks = 0;

  const flush = (bucket: number): void => {
    const entries = filled[bucket]!;
    if (entries === 0) return;
    const start = bucket * blockWords;
    file.write(blocks * blockWords * 4, words.subarray(start, start + entries * wordsPerEntry));
    chains[bucket]!.push(blocks);
    lastEntries[bucket] = entries;
    blocks++;
    filled[bucket] = 0;
  };

  return {
    add(bucket, row, gene, value) {
      const at = bucket * blockWords + filled[bucket]! * wordsPerEntry;
      words[at] = row;
      words[at + 1] = gene;
      floats[at + 2] = value;
      if (++filled[bucket]! === entriesPerBlock) flush(bucket);
    },
    finish() {
      for (let bucket = 0; bucket < count; bucket++) flush(bucket);
    },
    each(bucket, visit) {
      const chain = chains[bucket]!;
      for (let link = 0; link < chain.length; link++) {
        const entries = link === chain.length - 1 ? lastEntries[bucket]! : entriesPerBlock;
        file.readInto(chain[link]! * blockWords * 4, block.subarray(0, entries * wordsPerEntry));
        for (let i = 0; i < entries * wordsPerEntry; i += wordsPerEntry) visit(block[i]!, block[i + 1]!, blockFloats[i + 2]!);
      }
    },
    discard: () => discard(file),
  };
}
