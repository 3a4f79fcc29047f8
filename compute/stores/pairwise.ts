/**
 * The sum of a stream of float64 values, rounded as numpy (1.24) rounds it: stretches of 8,192 values, numpy's buffer, are
 * summed pairwise (halves apart, down to runs of 128 with eight running sums) and added one after the other.
 */
const stretchLength = 8192;
const runLength = 128;

export interface PairwiseSum {
  /** The next `count` values; how they are cut into pieces does not matter. */
  add(values: Float64Array, count: number): void;
  /** The sum of all values so far. */
  value(): number;
}

export function pairwiseSum(): PairwiseSum {
  const stretch = new Float64Array(stretchLength);
  let filled = 0;
  let sum = 0;
  return {
    add(values, count) {
      for (let at = 0; at < count; ) {
        const length = Math.min(stretchLength - filled, count - at);
        stretch.set(values.subarray(at, at + length), filled);
        filled += length;
        at += length;
        if (filled < stretchLength) continue;
        sum += sumHalves(stretch, 0, stretchLength);
        filled = 0;
      }
    },
    value: () => (filled === 0 ? sum : sum + sumHalves(stretch, 0, filled)),
  };
}

function sumHalves(values: Float64Array, start: number, length: number): number {
  if (length <= runLength) return sumRun(values, start, length);
  const half = length >> 1;
  const cut = half - (half % 8);
  return sumHalves(values, start, cut) + sumHalves(values, start + cut, length - cut);
}

function sumRun(values: Float64Array, start: number, length: number): number {
  const end = start + length;
  let sum = 0;
  let at = start;
  if (length >= 8) {
    let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (; at + 8 <= end; at += 8) {
      a += values[at]!;
      b += values[at + 1]!;
      c += values[at + 2]!;
      d += values[at + 3]!;
      e += values[at + 4]!;
      f += values[at + 5]!;
      g += values[at + 6]!;
      h += values[at + 7]!;
    }
    sum = a + b + (c + d) + (e + f + (g + h));
  }
  for (; at < end; at++) sum += values[at]!;
  return sum;
}
