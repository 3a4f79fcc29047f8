/** HDF5's filters on one chunk: bytes of equal significance brought together (shuffle), then deflate in zlib's threads. */
import { constants, deflate } from 'node:zlib';

/** Element bytes b0 b1 ... of every element become all b0, then all b1, ... ; a rest shorter than an element stays last. */
export function shuffleBytes(raw: Uint8Array, elementBytes: number): Uint8Array {
  const out = new Uint8Array(raw.length);
  const elements = Math.floor(raw.length / elementBytes);
  if ((elementBytes === 4 || elementBytes === 8) && raw.byteOffset % 4 === 0) {
    shuffleWords(new Uint32Array(raw.buffer, raw.byteOffset, (elements * elementBytes) / 4), elementBytes / 4, out);
    out.set(raw.subarray(elements * elementBytes), elements * elementBytes);
    return out;
  }
  for (let byte = 0; byte < elementBytes; byte++) {
    const to = byte * elements;
    for (let element = 0, from = byte; element < elements; element++, from += elementBytes) out[to + element] = raw[from]!;
  }
  out.set(raw.subarray(elements * elementBytes), elements * elementBytes);
  return out;
}

/** The usual case, with one read for each of the words (low ones first) that make up an element. */
function shuffleWords(words: Uint32Array, perElement: number, out: Uint8Array): void {
  const n = words.length / perElement;
  for (let first = 0; first < perElement; first++) {
    const [a, b, c, d] = [0, 1, 2, 3].map((byte) => out.subarray((4 * first + byte) * n, (4 * first + byte + 1) * n)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    for (let i = 0, at = first; i < n; i++, at += perElement) {
      const word = words[at]!;
      a[i] = word;
      b[i] = word >>> 8;
      c[i] = word >>> 16;
      d[i] = word >>> 24;
    }
  }
}

/**
 * zlib format at `level` 1..9. The output buffer is sized so that one turn of a thread does it as a rule. In shuffled numbers
 * runs of one byte are nearly all there is to find: level 1 looks for nothing else there, which takes half the time and no more room.
 */
export function deflateBytes(raw: Uint8Array, level: number, shuffled = false): Promise<Uint8Array> {
  const strategy = shuffled && level === 1 ? constants.Z_RLE : constants.Z_DEFAULT_STRATEGY;
  return new Promise((resolve, reject) => {
    deflate(raw, { level, strategy, chunkSize: Math.max(1024, raw.length >> 1) }, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}
