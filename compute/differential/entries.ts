/** The entries of one gene over all cells, sorted into the slots they belong to. */
import { tabledCounts, type CellArrays } from './contract.ts';
import type { GenePiece } from './gene-order.ts';

export interface SlotEntries {
  /** Entries of slot s: [start[s], start[s + 1]) of the arrays below, in the order of cells. */
  readonly start: Uint32Array;
  /** Value that is tested: ln(1 + normalised count) in single precision, or the count itself. */
  values: Float32Array;
  cells: Int32Array;
  counts: Float32Array;
  /** Over the entries of each slot, in the order of cells: ln(1 + x), and x itself, the (normalised) count. */
  readonly logSum: Float64Array;
  readonly naturalSum: Float64Array;
  /** Counts of each sample, where samples are compared. */
  readonly sampleSum: Float64Array;
}

/** ln(1 + count) of small counts. */
const countLogs = Float64Array.from({ length: 256 }, (_, count) => Math.log1p(count));

export interface EntryReader {
  /** Gene `gene` of the pieces, one piece per segment. The same arrays every time. */
  read(pieces: readonly GenePiece[], gene: number): SlotEntries;
}

export function openEntries(cells: CellArrays, slots: number, samples: number): EntryReader {
  const { slot, factor, logs, sample } = cells;
  const out: SlotEntries = {
    start: new Uint32Array(slots + 1), values: new Float32Array(0), cells: new Int32Array(0), counts: new Float32Array(0),
    logSum: new Float64Array(slots), naturalSum: new Float64Array(slots), sampleSum: new Float64Array(samples),
  };
  const next = new Uint32Array(slots);
  let cellOf = new Int32Array(0);
  let countOf = new Float32Array(0);
  const room = (entries: number): void => {
    if (cellOf.length >= entries) return;
    const most = Math.ceil(entries * 1.3);
    cellOf = new Int32Array(most);
    countOf = new Float32Array(most);
    Object.assign(out, { values: new Float32Array(most), cells: new Int32Array(most), counts: new Float32Array(most) });
  };
  return {
    read(pieces, gene) {
      let total = 0;
      for (const piece of pieces) total += piece.starts[gene + 1]! - piece.starts[gene]!;
      room(total);
      out.start.fill(0);
      out.logSum.fill(0);
      out.naturalSum.fill(0);
      out.sampleSum.fill(0);
      let n = 0;
      for (const { starts, rowStart, rows, counts, places, values } of pieces) {
        let large = 0;
        for (let e = starts[gene]!; e < starts[gene + 1]!; e++) {
          const cell = rowStart + rows[e]!;
          let count = counts[e]!;
          if (count === 255) {
            while (places[large]! < e) large++;
            count = values[large]!;
          }
          cellOf[n] = cell;
          countOf[n++] = count;
          out.start[slot[cell]! + 1]! += 1;
        }
      }
      for (let s = 0; s < next.length; s++) {
        next[s] = out.start[s]!;
        out.start[s + 1]! += out.start[s]!;
      }
      for (let e = 0; e < n; e++) {
        const cell = cellOf[e]!;
        const count = countOf[e]!;
        const s = slot[cell]!;
        const natural = count * factor[cell]!;
        const log = logs === null ? (countLogs[count] ?? Math.log1p(count)) : count <= tabledCounts ? logs[cell * tabledCounts + count - 1]! : Math.fround(Math.log1p(Math.fround(natural)));
        const to = next[s]!++;
        out.cells[to] = cell;
        out.counts[to] = count;
        out.values[to] = logs === null ? count : log;
        out.logSum[s]! += log;
        out.naturalSum[s]! += natural;
        if (sample !== null && sample[cell]! >= 0) out.sampleSum[sample[cell]!]! += count;
      }
      return out;
    },
  };
}
