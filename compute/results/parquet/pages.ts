/** Pages of a Parquet file: headers, dictionaries, and runs of dictionary positions. Nothing is compressed. */
import { putVarint, thriftStruct } from './thrift.ts';

export const encodings = { plain: 0, rle: 3, dictionary: 8 } as const;
export const physicalTypes = { int64: 2, float: 4, double: 5, text: 6 } as const;

export function dataPageHeader(bodyBytes: number, values: number, encoding: number): Uint8Array {
  return thriftStruct([
    [1, { i32: 0 }], [2, { i32: bodyBytes }], [3, { i32: bodyBytes }],
    [5, { struct: [[1, { i32: values }], [2, { i32: encoding }], [3, { i32: encodings.rle }], [4, { i32: encodings.rle }]] }],
  ]);
}

export function dictionaryPage(body: Uint8Array, values: number): Uint8Array {
  const header = thriftStruct([
    [1, { i32: 2 }], [2, { i32: body.length }], [3, { i32: body.length }], [7, { struct: [[1, { i32: values }], [2, { i32: encodings.plain }]] }],
  ]);
  return Buffer.concat([header, body]);
}

/** Texts one after the other, each with its length before it. */
export function plainTexts(texts: readonly string[]): Uint8Array {
  const out = Buffer.alloc(texts.reduce((bytes, text) => bytes + 4 + Buffer.byteLength(text, 'utf8'), 0));
  let at = 0;
  for (const text of texts) {
    const bytes = out.write(text, at + 4, 'utf8');
    out.writeUInt32LE(bytes, at);
    at += 4 + bytes;
  }
  return out;
}

export function plainWholes(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}

/** Bits that tell `entries` places of a dictionary apart. */
export const placeBits = (entries: number): number => Math.max(1, 32 - Math.clz32(entries - 1));

/** One place of a dictionary, `count` times. */
export function repeatedPlace(place: number, count: number, entries: number): Uint8Array {
  const bits = placeBits(entries);
  const out = [bits];
  putVarint(out, count * 2);
  for (let byte = 0; byte < Math.ceil(bits / 8); byte++) out.push((place >>> (8 * byte)) & 0xff);
  return Uint8Array.from(out);
}

/** Places 0, 1, ... count - 1, packed into as many bits as they need, in groups of eight. */
export function countingPlaces(count: number): Uint8Array {
  const bits = placeBits(count);
  const groups = Math.ceil(count / 8);
  const head = [bits];
  putVarint(head, groups * 2 + 1);
  const packed = new Uint8Array(groups * bits);
  for (let place = 0; place < count; place++) {
    for (let bit = 0; bit < bits; bit++) {
      if (((place >>> bit) & 1) === 0) continue;
      const at = place * bits + bit;
      packed[at >>> 3]! |= 1 << (at & 7);
    }
  }
  return Buffer.concat([Uint8Array.from(head), packed]);
}
