/**
 * What engines hand to pages and figures in bulk: a JSON header, then flat little-endian arrays of four-byte numbers.
 *
 *     uint32 header bytes (padded to a multiple of 8 with the 4 bytes before it) | header | arrays, one after the other
 */
import type { z } from 'zod';
import { failure } from './errors.ts';

type Numbers = Float32Array | Int32Array | Uint32Array;

/** Nulls are arrays that this file has not. */
export function packFile(header: unknown, arrays: readonly (Numbers | null)[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const there = arrays.filter((array) => array !== null);
  const out = new Uint8Array(4 + headerBytes + there.reduce((bytes, array) => bytes + array.byteLength, 0)).fill(0x20, 4, 4 + headerBytes);
  new DataView(out.buffer).setUint32(0, headerBytes, true);
  out.set(text, 4);
  let at = 4 + headerBytes;
  for (const array of there) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return out;
}

export interface Unpacked<Header> {
  readonly header: Header;
  /** The arrays' bytes, aligned. */
  readonly body: ArrayBuffer;
  /** An error that names the file. */
  damaged(reason: string): Error;
}

/** `numbers` says how many four-byte numbers follow a header. `source` names the file in errors. @throws corrupt-result. */
export function unpackFile<Schema extends z.ZodType>(bytes: Uint8Array, source: string, schema: Schema, numbers: (header: z.infer<Schema>) => number): Unpacked<z.infer<Schema>> {
  const damaged = (reason: string, cause?: unknown): Error => failure('corrupt-result', { path: source, reason }, cause);
  const headerBytes = bytes.length < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (headerBytes < 0 || 4 + headerBytes > bytes.length) throw damaged('it is none of our files of numbers');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerBytes)));
  } catch (cause) {
    throw damaged('its header is not JSON', cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw damaged(`its header is not one of ours (${parsed.error.issues[0]?.message ?? 'unknown shape'})`);
  const wanted = 4 + headerBytes + 4 * numbers(parsed.data);
  if (bytes.length !== wanted) throw damaged(`it has ${bytes.length} bytes where ${wanted} are expected`);
  // A copy, because a part of a larger buffer need not be aligned (slice of a Node Buffer would be no copy).
  return { header: parsed.data, body: new Uint8Array(bytes.subarray(4 + headerBytes)).buffer, damaged };
}
