/** Lists of positions and what stands there. Plain loops: an array's own `from` takes ten times as long over 62,710 genes. */

/** 0, 1, 2 ... n - 1. */
export function ascending(n: number): Int32Array {
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return out;
}

/** values[at[0]], values[at[1]] ... */
export function gather<T extends Float64Array | Uint8Array>(values: T, at: Int32Array): T;
export function gather(values: Float64Array | Uint8Array, at: Int32Array): Float64Array | Uint8Array {
  const out = values instanceof Uint8Array ? new Uint8Array(at.length) : new Float64Array(at.length);
  for (let i = 0; i < at.length; i++) out[i] = values[at[i]!]!;
  return out;
}
