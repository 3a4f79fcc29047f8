/** HDF5's Fletcher-32: two running sums over big-endian 16-bit words, four bytes appended to the chunk. */

/** The checksum of `bytes` as HDF5 computes it (sums start at 0; a last odd byte counts as the high half of a word). */
export function fletcher32(bytes: Uint8Array): number {
  let low = 0;
  let high = 0;
  let at = 0;
  let words = bytes.length >> 1;
  while (words > 0) {
    // 360 words at most: `high` then stays below 2^32 before it is folded.
    const stop = at + 2 * Math.min(words, 360);
    words -= (stop - at) >> 1;
    for (; at < stop; at += 2) {
      low += (bytes[at]! << 8) | bytes[at + 1]!;
      high += low;
    }
    low = fold(low);
    high = fold(high);
  }
  if (at < bytes.length) {
    low = fold(low + (bytes[at]! << 8));
    high = fold(high + low);
  }
  return ((fold(high) << 16) | fold(low)) >>> 0;
}

/** The payload of a checked chunk (a view without the last four bytes). Throws a plain Error when the sum is wrong. */
export function checkFletcher32(stored: Uint8Array): Uint8Array {
  const payloadBytes = stored.length - 4;
  if (payloadBytes < 0) throw new Error('the chunk is too short to hold its checksum');
  const payload = stored.subarray(0, payloadBytes);
  const stated =
    (stored[payloadBytes]! | (stored[payloadBytes + 1]! << 8) | (stored[payloadBytes + 2]! << 16) | (stored[payloadBytes + 3]! << 24)) >>> 0;
  const actual = fletcher32(payload);
  // HDF5 before 1.6.3 wrote the two bytes of each half swapped; the library still accepts both.
  if (stated !== actual && stated !== swapHalves(actual)) throw new Error('its Fletcher-32 checksum does not match');
  return payload;
}

function fold(sum: number): number {
  return (sum & 0xffff) + Math.floor(sum / 65536);
}

function swapHalves(sum: number): number {
  return (((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff)) >>> 0;
}
