/** Walker's alias method: draws from any fixed distribution at the price of one random number. */

export interface AliasTable {
  readonly size: number;
  /** Chance of staying at a slot rather than going to its alias. */
  readonly stay: Float32Array;
  readonly alias: Int32Array;
}

/** `weights` need not sum to 1. */
export function aliasTable(weights: ArrayLike<number>): AliasTable {
  const size = weights.length;
  let total = 0;
  for (let i = 0; i < size; i++) total += weights[i]!;
  const scaled = Float64Array.from({ length: size }, (_, i) => (weights[i]! * size) / total);
  const stay = new Float32Array(size).fill(1);
  const alias = Int32Array.from({ length: size }, (_, i) => i);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < size; i++) (scaled[i]! < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const low = small.pop()!;
    const high = large.at(-1)!;
    stay[low] = scaled[low]!;
    alias[low] = high;
    scaled[high] = scaled[high]! - (1 - scaled[low]!);
    if (scaled[high]! < 1) {
      large.pop();
      small.push(high);
    }
  }
  return { size, stay, alias };
}

/** The slot for 32 random bits: their high part picks it, the rest decides between the slot and its alias. */
export function aliasDraw(table: AliasTable, bits: number): number {
  const place = (bits / 2 ** 32) * table.size;
  const slot = Math.floor(place);
  return place - slot < table.stay[slot]! ? slot : table.alias[slot]!;
}
