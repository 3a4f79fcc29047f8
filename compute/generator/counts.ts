/**
 * The counts of one cell while it is drawn: a dense tally with a bit per gene that was hit, so that a cell is read out in
 * gene order without sorting. About 5 us per cell at 62,710 genes.
 */

export interface Tally {
  /** Adds `count` transcripts of the gene at this position. */
  add(position: number, count: number): void;
  /** Counts so far, by position; read only. */
  readonly counts: Int32Array;
  /** Moves the cell to indices and values from `at`, in gene order, clears the tally and returns where it ended. */
  drain(indices: Int32Array, values: Float32Array, at: number): number;
}

export function createTally(genes: number): Tally {
  const counts = new Int32Array(genes);
  const hit = new Int32Array(Math.ceil(genes / 32));
  return {
    counts,
    add(position, count) {
      counts[position]! += count;
      hit[position >> 5]! |= 1 << (position & 31);
    },
    drain(indices, values, at) {
      let to = at;
      for (let word = 0; word < hit.length; word++) {
        let bits = hit[word]!;
        if (bits === 0) continue;
        hit[word] = 0;
        while (bits !== 0) {
          const position = (word << 5) + 31 - Math.clz32(bits & -bits);
          bits &= bits - 1;
          indices[to] = position;
          values[to] = counts[position]!;
          counts[position] = 0;
          to++;
        }
      }
      return to;
    },
  };
}
