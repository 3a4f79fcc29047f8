/**
 * LZ4 blocks, what Blosc and Zarr's lz4 keep. A block is a row of sequences: a token with two lengths (15 goes on in further bytes),
 * literals, and a copy from earlier output (distance of two bytes, at least four bytes long); the last has literals only.
 */

/** Copies from this length on are left to the system where source and target lie apart. */
const longCopy = 32;

/**
 * Decodes `stored` into `out`, which must be filled exactly. Throws a plain Error when the block ends early, is too long or points
 * before the start; never touches memory outside the two arrays.
 */
export function decodeLz4(stored: Uint8Array, out: Uint8Array): void {
  const inputEnd = stored.length;
  const outEnd = out.length;
  let from = 0;
  let to = 0;
  while (from < inputEnd) {
    const token = stored[from++]!;
    let run = token >> 4;
    if (run === 15) {
      let more = 255;
      while (more === 255) {
        if (from >= inputEnd) throw new Error('the LZ4 block ends inside a length');
        run += more = stored[from++]!;
      }
    }
    if (from + run > inputEnd) throw new Error('an LZ4 literal runs past the end of the stored bytes');
    if (to + run > outEnd) throw new Error('the LZ4 block holds more than one chunk');
    if (run >= longCopy) {
      out.set(stored.subarray(from, from + run), to);
      from += run;
      to += run;
    } else for (const stop = to + run; to < stop; ) out[to++] = stored[from++]!;
    if (from === inputEnd) break;
    if (from + 2 > inputEnd) throw new Error('the LZ4 block ends inside a copy');
    const distance = stored[from]! | (stored[from + 1]! << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more = 255;
      while (more === 255) {
        if (from >= inputEnd) throw new Error('the LZ4 block ends inside a length');
        length += more = stored[from++]!;
      }
    }
    let source = to - distance;
    if (distance === 0 || source < 0) throw new Error('an LZ4 copy points before the start of the chunk');
    if (to + length > outEnd) throw new Error('the LZ4 block holds more than one chunk');
    if (length >= longCopy && distance >= length) {
      out.copyWithin(to, source, source + length);
      to += length;
      // Byte by byte on purpose where both overlap: that repeats a pattern.
    } else for (const stop = to + length; to < stop; ) out[to++] = out[source++]!;
  }
  if (to !== outEnd) throw new Error(`decoded to ${to} bytes instead of ${outEnd}`);
}

/** A byte of length stands for at most 255: what a stored size can at most become, in bytes. */
export function lz4BytesLimit(storedBytes: number): number {
  return storedBytes * 255 + 64;
}
