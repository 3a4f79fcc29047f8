/**
 * Scaling and ln(1 + x) of one row after the other. Counts are small whole numbers, so the few logarithms of a row are kept
 * while it lasts: five times as fast, and the same numbers.
 */
import type { RowView } from './contract.ts';

export interface RowScaler {
  /** Begins a row whose entries, over all genes, add up to `total`. */
  begin(total: number): void;
  /** float32(ln(1 + float32(value * target / total))), or without the logarithm. */
  value(raw: number): number;
}

const known = 64;

/** Null when values are to stay as they are. */
export function rowScaler({ targetSum, log1p }: RowView): RowScaler | null {
  if (targetSum === null && !log1p) return null;
  const kept = new Float32Array(known);
  const row = new Int32Array(known);
  let number = 0;
  let factor = 1;
  const compute = (raw: number): number => {
    const scaled = Math.fround(raw * factor);
    return log1p ? Math.fround(Math.log1p(scaled)) : scaled;
  };
  return {
    begin(total) {
      number = (number + 1) | 0;
      // A cell without counts stays without counts.
      factor = targetSum === null ? 1 : total > 0 ? targetSum / total : 0;
    },
    value(raw) {
      const small = raw | 0;
      if (small !== raw || small < 0 || small >= known) return compute(raw);
      if (row[small] !== number) {
        row[small] = number;
        kept[small] = compute(raw);
      }
      return kept[small]!;
    },
  };
}
