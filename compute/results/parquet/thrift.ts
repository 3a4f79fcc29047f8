/** The part of Thrift's compact protocol that Parquet's headers need: whole numbers, text, lists and structures. */

export type ThriftField = readonly [id: number, value: ThriftValue];
export type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly struct: readonly ThriftField[] }
  | { readonly list: readonly ThriftValue[]; readonly of: 'i32' | 'text' | 'struct' };

const wireTypes = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;

/** Bytes of a structure. Fields must ascend. */
export function thriftStruct(fields: readonly ThriftField[]): Uint8Array {
  const out: number[] = [];
  putStruct(out, fields);
  return Uint8Array.from(out);
}

function putStruct(out: number[], fields: readonly ThriftField[]): void {
  let last = 0;
  for (const [id, value] of fields) {
    // Ids of Parquet's structures never lie more than 15 apart.
    out.push(((id - last) << 4) | wireTypes[kindOf(value)]);
    last = id;
    put(out, value);
  }
  out.push(0);
}

function put(out: number[], value: ThriftValue): void {
  if ('i32' in value) putVarint(out, zigzag(value.i32));
  else if ('i64' in value) putVarint(out, zigzag(value.i64));
  else if ('text' in value) {
    const bytes = Buffer.from(value.text, 'utf8');
    putVarint(out, bytes.length);
    for (const byte of bytes) out.push(byte);
  } else if ('struct' in value) putStruct(out, value.struct);
  else {
    const type = wireTypes[value.of];
    if (value.list.length < 15) out.push((value.list.length << 4) | type);
    else {
      out.push(0xf0 | type);
      putVarint(out, value.list.length);
    }
    for (const item of value.list) put(out, item);
  }
}

function kindOf(value: ThriftValue): keyof typeof wireTypes {
  return (Object.keys(wireTypes) as (keyof typeof wireTypes)[]).find((kind) => kind in value)!;
}

/** Numbers up to 2^52: by arithmetic, since bits stop at 32. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

export function putVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}
