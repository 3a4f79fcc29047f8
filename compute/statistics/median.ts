/**
 * Exact medians of positive numbers: the target sum of normalize_total. The streaming form reads its source a few times
 * and keeps half a megabyte whatever the number of cells, so no array of all totals has to exist.
 */

/** Gives the same chunks in the same order every time it is called, for example by reading a file anew. */
export type NumberSource = () => Iterable<Float64Array | Float32Array>;

/** Float64 numbers are looked at in four digits of 16 bits, the highest first. */
const digitCount = 4;
const digitBits = 16;
/** Numbers taken at a time, so that chunks of any length and type go through one small buffer. */
const sliceLength = 4096;

/**
 * Median of the numbers above 0 (mean of the middle two for an even count); NaN when there are none. Others, NaN among
 * them, are left out. Up to 2^32 - 1 numbers.
 */
export function medianOfPositive(source: NumberSource): number {
  // Positive floats sort like their bits read as integers: each round counts one digit among the numbers that share the
  // digits found so far, and thereby finds the next digit of the wanted number.
  const found = new Uint16Array(digitCount);
  const counts = new Uint32Array(2 ** digitBits);
  let positives = 0;
  let below = 0;
  let equal = 0;
  let target = 0;
  for (let round = 0; round < digitCount; round++) {
    counts.fill(0);
    countDigits(source, found, round, counts);
    if (round === 0) {
      positives = counts.reduce((sum, count) => sum + count, 0);
      if (positives === 0) return NaN;
      target = (positives - 1) >>> 1;
    }
    let digit = 0;
    while (below + counts[digit]! <= target) below += counts[digit++]!;
    found[round] = digit;
    equal = counts[digit]!;
  }
  const lower = new Float64Array(Uint16Array.from(found).reverse().buffer)[0]!;
  // an even count also needs the next number, unless it equals this one
  if (positives % 2 === 1 || target + 1 < below + equal) return lower;
  return (lower + leastAbove(source, lower)) / 2;
}

function countDigits(source: NumberSource, found: Uint16Array, round: number, counts: Uint32Array): void {
  const numbers = new Float64Array(sliceLength);
  // little-endian: the highest digit of number i is digits[4 i + 3]
  const digits = new Uint16Array(numbers.buffer);
  for (const chunk of source()) {
    for (let start = 0; start < chunk.length; start += sliceLength) {
      const slice = chunk.subarray(start, start + sliceLength);
      numbers.set(slice);
      for (let i = 0; i < slice.length; i++) {
        if (!(numbers[i]! > 0)) continue;
        const top = digitCount * i + digitCount - 1;
        let known = 0;
        while (known < round && digits[top - known] === found[known]) known++;
        if (known === round) counts[digits[top - round]!]! += 1;
      }
    }
  }
}

function leastAbove(source: NumberSource, limit: number): number {
  let least = Infinity;
  for (const chunk of source()) {
    for (let i = 0; i < chunk.length; i++) {
      const value = chunk[i]!;
      if (value > limit && value < least) least = value;
    }
  }
  return least;
}

/** The same from one array, by sorting a copy: simpler, and right for anything that fits in memory. */
export function sortedMedianOfPositive(values: Float64Array | Float32Array): number {
  const sorted = Float64Array.from(values).filter((value) => value > 0).sort();
  if (sorted.length === 0) return NaN;
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
