/**
 * Undoes HDF5's byte shuffle: stored are all first bytes of the elements, then all second bytes, and so on. Written per
 * element size because one generic loop over bytes is several times slower. Assumes a little-endian host, as Node's are.
 */

/**
 * Writes the elements of `shuffled` into `out` (same length, aligned to `elementBytes`, not the same memory). Bytes left
 * over after the last whole element are copied as they are, as HDF5 does.
 */
export function unshuffle(shuffled: Uint8Array, elementBytes: number, out: Uint8Array): void {
  if (out.length !== shuffled.length) throw new RangeError('unshuffle needs an output of the same length');
  const count = elementBytes > 1 ? Math.floor(shuffled.length / elementBytes) : 0;
  const aligned = out.byteOffset % Math.min(elementBytes, 4) === 0;
  if (elementBytes === 2 && aligned) two(shuffled, count, new Uint16Array(out.buffer, out.byteOffset, count));
  else if (elementBytes === 4 && aligned) four(shuffled, count, new Int32Array(out.buffer, out.byteOffset, count));
  else if (elementBytes === 8 && aligned) eight(shuffled, count, new Int32Array(out.buffer, out.byteOffset, count * 2));
  else anySize(shuffled, count, elementBytes, out);
  const done = count * elementBytes;
  if (done < out.length) out.set(shuffled.subarray(done), done);
}

function two(planes: Uint8Array, count: number, out: Uint16Array): void {
  const high = planes.subarray(count);
  for (let i = 0; i < count; i++) out[i] = planes[i]! | (high[i]! << 8);
}

function four(planes: Uint8Array, count: number, out: Int32Array): void {
  const b1 = planes.subarray(count);
  const b2 = planes.subarray(2 * count);
  const b3 = planes.subarray(3 * count);
  for (let i = 0; i < count; i++) out[i] = planes[i]! | (b1[i]! << 8) | (b2[i]! << 16) | (b3[i]! << 24);
}

function eight(planes: Uint8Array, count: number, out: Int32Array): void {
  const half = planes.subarray(4 * count);
  for (let word = 0; word < 2; word++) {
    const b0 = word === 0 ? planes : half;
    const b1 = b0.subarray(count);
    const b2 = b0.subarray(2 * count);
    const b3 = b0.subarray(3 * count);
    for (let i = 0, at = word; i < count; i++, at += 2) {
      out[at] = b0[i]! | (b1[i]! << 8) | (b2[i]! << 16) | (b3[i]! << 24);
    }
  }
}

function anySize(planes: Uint8Array, count: number, elementBytes: number, out: Uint8Array): void {
  for (let byte = 0; byte < elementBytes; byte++) {
    const start = byte * count;
    for (let i = 0, at = byte; i < count; i++, at += elementBytes) out[at] = planes[start + i]!;
  }
}
