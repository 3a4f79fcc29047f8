/** Counts of values in equal bins, for histograms in the page. */

export interface Bins {
  readonly edges: Float64Array;
  /** All values, and those chosen. */
  readonly all: Uint32Array;
  readonly chosen: Uint32Array;
  readonly missing: number;
}

/** Equal bins from the smallest to the largest finite value; one bin around a single value. */
export function binValues(values: Float32Array, chosen: Uint8Array | null, count: number): Bins {
  let [low, high] = [Infinity, -Infinity];
  let missing = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) missing += 1;
    else {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) high = low + (Math.abs(low) || 1) * 1e-3;
  const width = (high - low) / count;
  const [all, some] = [new Uint32Array(count), new Uint32Array(count)];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bin = Math.min(count - 1, Math.floor((value - low) / width));
    all[bin]! += 1;
    if (chosen === null || chosen[i] === 1) some[bin]! += 1;
  }
  return { edges: Float64Array.from({ length: count + 1 }, (_, i) => low + i * width), all, chosen: some, missing };
}

/** Points that pass all filters: ranges of numbers and sets of categories. Null when nothing filters. */
export function passing(n: number, tests: readonly ((i: number) => boolean)[]): Uint8Array | null {
  if (tests.length === 0) return null;
  const mask = new Uint8Array(n);
  for (let i = 0; i < n; i++) mask[i] = tests.every((test) => test(i)) ? 1 : 0;
  return mask;
}
