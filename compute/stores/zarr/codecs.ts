/** Faster hands for the codecs that AnnData stores are mostly made with: zlib and shuffle of our own in place of streams and loops. */
import { gunzipSync, inflateSync } from 'node:zlib';
import { registry } from 'zarrita';
import { failure } from '../../../protocol/errors.ts';
import { unshuffle } from '../../codecs/shuffle.ts';

type Unpack = (bytes: Uint8Array) => Uint8Array;

/** Chunks larger than this are no chunks. */
const mostBytes = 2 ** 31 - 1;
/** Bytes in a buffer of their own: the next codec looks at the whole of it. */
const own = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : Uint8Array.from(bytes));

const reading = (decode: Unpack) => ({
  kind: 'bytes_to_bytes' as const,
  encode(): never {
    throw failure('internal', { detail: 'Zarr stores are only read here' });
  },
  decode,
});

const zlib = { kind: 'bytes_to_bytes' as const, fromConfig: () => reading((bytes) => own(inflateSync(bytes, { maxOutputLength: mostBytes }))) };
const gzip = { kind: 'bytes_to_bytes' as const, fromConfig: () => reading((bytes) => own(gunzipSync(bytes, { maxOutputLength: mostBytes }))) };
const shuffle = {
  kind: 'bytes_to_bytes' as const,
  fromConfig(config: unknown) {
    const size = typeof config === 'object' && config !== null && 'elementsize' in config ? Number(config.elementsize) : 4;
    return reading((bytes) => {
      const out = new Uint8Array(bytes.length);
      unshuffle(bytes, size, out);
      return out;
    });
  },
};

/** Takes the place of the reader's own, once per thread. */
export function registerCodecs(): void {
  for (const [name, codec] of [['zlib', zlib], ['gzip', gzip], ['shuffle', shuffle]] as const) {
    registry.set(name, () => Promise.resolve(codec));
    registry.set(`numcodecs.${name}`, () => Promise.resolve(codec));
  }
}
