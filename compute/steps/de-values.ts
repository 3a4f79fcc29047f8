/** How the cells of a plate are made comparable: totals per stratum, factors, depths, wells. */
import type { CellArrays, Samples } from '../differential/contract.ts';
import { tabledCounts } from '../differential/contract.ts';
import type { PlateGroups } from './de-groups.ts';
import type { Labels } from './de-labels.ts';

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(Math.max(8, bytes));

/** Median of the positive values of each group; 0 for a group without. `codes` -1 belongs to none. */
export function mediansOf(values: Float64Array, codes: Int32Array, groups: number): Float64Array {
  const start = new Float64Array(groups + 1);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0 && values[i]! > 0) start[codes[i]! + 1]! += 1;
  for (let g = 0; g < groups; g++) start[g + 1]! += start[g]!;
  const next = start.slice(0, groups);
  const sorted = new Float64Array(start[groups]!);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0 && values[i]! > 0) sorted[next[codes[i]!]!++] = values[i]!;
  return Float64Array.from({ length: groups }, (_, g) => {
    const own = sorted.subarray(start[g]!, start[g + 1]!).sort();
    if (own.length === 0) return 0;
    const middle = (own.length - 1) >> 1;
    return own.length % 2 === 1 ? own[middle]! : (own[middle]! + own[middle + 1]!) / 2;
  });
}

/** `targetSums` per cell's stratum code; null compares counts as they are. */
export function cellArrays({ slot, stratum }: PlateGroups, totals: Float64Array, targetSums: Float64Array | null, sample: Int32Array | null): CellArrays {
  const cells = slot.length;
  const factor = new Float64Array(shared(cells * 8), 0, cells);
  if (targetSums === null) return { slot, factor: factor.fill(1), logs: null, sample };
  const logs = new Float32Array(shared(cells * 4 * tabledCounts), 0, cells * tabledCounts);
  for (let cell = 0; cell < cells; cell++) {
    if (slot[cell]! < 0) continue;
    // A cell without counts has no entries: any factor does.
    factor[cell] = totals[cell]! > 0 ? targetSums[stratum[cell]!]! / totals[cell]! : 1;
    for (let count = 1; count <= tabledCounts; count++) logs[cell * tabledCounts + count - 1] = Math.log1p(Math.fround(count * factor[cell]!));
  }
  return { slot, factor, logs, sample };
}

/** Sum over all genes of each slot's (normalised) counts. */
export function slotTotals({ slot, stratum, slotCells }: PlateGroups, totals: Float64Array, targetSums: Float64Array | null): Float64Array {
  const out = new Float64Array(slotCells.length);
  for (let cell = 0; cell < slot.length; cell++) {
    if (slot[cell]! < 0 || !(totals[cell]! > 0)) continue;
    out[slot[cell]!]! += targetSums === null ? totals[cell]! : targetSums[stratum[cell]!]!;
  }
  return out;
}

/** Wells of every slot; cells without a well belong to none and fall out of the comparison. */
export function samplesOf({ slot }: PlateGroups, wells: Labels, totals: Float64Array): { sample: Int32Array; samples: Samples } {
  const sample = new Int32Array(shared(slot.length * 4), 0, slot.length).fill(-1);
  const known = new Map<string, number>();
  const ofSlot: number[] = [];
  const library: number[] = [];
  for (let cell = 0; cell < slot.length; cell++) {
    if (slot[cell]! < 0 || wells.codes[cell]! < 0) continue;
    const key = `${slot[cell]!}:${wells.codes[cell]!}`;
    let at = known.get(key);
    if (at === undefined) {
      at = ofSlot.push(slot[cell]!) - 1;
      library.push(0);
      known.set(key, at);
    }
    sample[cell] = at;
    library[at]! += totals[cell]!;
  }
  return { sample, samples: { slot: Int32Array.from(ofSlot), library: Float64Array.from(library) } };
}
