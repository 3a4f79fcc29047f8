/**
 * What the stored values of a matrix look like, over any pieces: how many are not zero, their sum and maximum in float64,
 * whether they are counts, and where the first defect is. Values that are not finite count as absent.
 */
import { pairwiseSum } from './pairwise.ts';

export interface ValueTally {
  readonly seen: number;
  /** Finite values other than zero. */
  readonly nonzero: number;
  readonly sum: number;
  /** No finite value has a fraction. */
  readonly integer: boolean;
  /** Largest finite value; 0 when there is none. */
  readonly max: number;
  readonly zeros: number;
  readonly notFinite: Finding;
  readonly negative: Finding;
  readonly fractional: Finding;
}

/** How many values share a defect; position of the first among all values seen (-1: none) and that value. */
export interface Finding {
  readonly count: number;
  readonly first: number;
  readonly value: number;
}

export interface TallyInProgress {
  /** The next `count` values; those that are not finite are overwritten with 0. */
  add(values: Float64Array, count: number): void;
  result(): ValueTally;
}

export function tallyValues(): TallyInProgress {
  const sum = pairwiseSum();
  const notFinite = finding();
  const negative = finding();
  const fractional = finding();
  let seen = 0;
  let zeros = 0;
  let max = -Infinity;

  return {
    add(values, count) {
      for (let i = 0; i < count; i++) {
        const value = values[i]!;
        // Most values are positive whole numbers: three comparisons let them pass.
        if (value > 0 && value === Math.floor(value) && value !== Infinity) {
          if (value > max) max = value;
          continue;
        }
        if (value - value !== 0) {
          notFinite.note(seen + i, value);
          values[i] = 0;
          continue;
        }
        if (value > max) max = value;
        if (value === 0) zeros++;
        else if (value < 0) negative.note(seen + i, value);
        if (value !== Math.floor(value)) fractional.note(seen + i, value);
      }
      sum.add(values, count);
      seen += count;
    },
    result: () => ({
      seen,
      nonzero: seen - zeros - notFinite.found().count,
      sum: sum.value(),
      integer: fractional.found().count === 0,
      max: max === -Infinity ? 0 : max,
      zeros,
      notFinite: notFinite.found(),
      negative: negative.found(),
      fractional: fractional.found(),
    }),
  };
}

function finding() {
  let found: Finding = { count: 0, first: -1, value: 0 };
  return {
    note(position: number, value: number): void {
      found = found.count === 0 ? { count: 1, first: position, value } : { ...found, count: found.count + 1 };
    },
    found: () => found,
  };
}
