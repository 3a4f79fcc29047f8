/**
 * LZF, h5py's fast compression. A stream is a row of literal runs (control byte below 32: that many plus one bytes follow)
 * and copies from earlier output (length in the upper three bits, distance in the lower five and the next byte).
 */

/**
 * Decodes `stored` into `out`, which must be filled exactly. Throws a plain Error when the stream ends early, is too long
 * or points before the start; never touches memory outside the two arrays.
 */
export function decodeLzf(stored: Uint8Array, out: Uint8Array): void {
  const inputEnd = stored.length;
  const outEnd = out.length;
  let from = 0;
  let to = 0;
  while (from < inputEnd) {
    const control = stored[from++]!;
    if (control < 32) {
      const run = control + 1;
      if (from + run > inputEnd) throw new Error('an LZF literal runs past the end of the stored bytes');
      if (to + run > outEnd) throw new Error('the LZF stream holds more than one chunk');
      for (const stop = to + run; to < stop; ) out[to++] = stored[from++]!;
      continue;
    }
    let length = control >> 5;
    if (length === 7) {
      if (from >= inputEnd) throw new Error('the LZF stream ends inside a copy');
      length += stored[from++]!;
    }
    if (from >= inputEnd) throw new Error('the LZF stream ends inside a copy');
    let source = to - ((control & 31) << 8) - stored[from++]! - 1;
    length += 2;
    if (source < 0) throw new Error('an LZF copy points before the start of the chunk');
    if (to + length > outEnd) throw new Error('the LZF stream holds more than one chunk');
    // Byte by byte on purpose: source and target may overlap, which repeats a pattern.
    for (const stop = to + length; to < stop; ) out[to++] = out[source++]!;
  }
  if (to !== outEnd) throw new Error(`decoded to ${to} bytes instead of ${outEnd}`);
}

/** One copy of three stored bytes gives at most 264: what a stored size can at most become, in bytes. */
export function lzfBytesLimit(storedBytes: number): number {
  return storedBytes * 88 + 264;
}
