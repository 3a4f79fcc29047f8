/** Whole-chunk inflate. The stream is read to its end and its Adler-32 checked: the only checksum gzip chunks have. */
import { inflateSync } from 'node:zlib';
import { threadInflater } from './wasm/inflater.ts';

/**
 * Inflates one zlib stream that must give exactly `outBytes` bytes. They are valid until the next call in this thread, which
 * may use the same memory. Throws a plain Error on damage, a wrong size or a wrong checksum; the caller knows which chunk it was.
 */
export function inflate(stored: Uint8Array, outBytes: number): Uint8Array {
  return threadInflater()?.inflate(stored, outBytes) ?? inflateByZlib(stored, outBytes);
}

/** The same by Node's zlib into fresh memory: where the own module is not built, for huge chunks, and to compare with. */
export function inflateByZlib(stored: Uint8Array, outBytes: number): Uint8Array {
  // One spare byte: the output then never fills its buffer, so that zlib needs no second one to find the end.
  const out = inflateSync(stored, { chunkSize: Math.max(64, outBytes + 1), maxOutputLength: Math.max(1, outBytes) });
  if (out.length !== outBytes) throw new Error(`inflated to ${out.length} bytes instead of ${outBytes}`);
  return plainBytes(out);
}

/** A Buffer's slice() does not copy, a Uint8Array's does: what leaves this folder is always the latter. */
export function plainBytes(out: Buffer): Uint8Array {
  return new Uint8Array(out.buffer, out.byteOffset, out.length);
}

/** Deflate cannot expand more than about 1,032 times: what a stored size can at most become, in bytes. */
export function inflatedBytesLimit(storedBytes: number): number {
  return storedBytes * 1032 + 1024;
}
