/** Texts of Zarr arrays, chunk by chunk: of variable length as numcodecs keeps them, or of numpy's fixed widths. */
import { openJoined } from '../../io/joined-files.ts';
import { checkCrc32c, unpackFresh } from '../codecs/index.ts';
import { decodeChunk, newScratch } from '../hdf5/decode.ts';
import type { H5Filter } from '../hdf5/index.ts';
import type { placeChunks } from './places.ts';
import type { ZarrStorage } from './storage.ts';
import type { ZarrType } from './types.ts';

export interface TextArray {
  readonly type: ZarrType;
  readonly length: number;
  readonly storage: ZarrStorage;
  readonly placed: ReturnType<typeof placeChunks>;
  readonly fill: string;
}

/** Damage of one chunk; whoever knows the file makes an error of it. */
export class DamagedChunk extends Error {
  readonly chunk: number;
  constructor(chunk: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.chunk = chunk;
  }
}

/** Reads texts [start, end) of one array; keeps the chunk last decoded, and where in it the last reading ended. */
export interface TextReader {
  readonly chunkLength: number;
  read(start: number, end: number): string[];
}

interface Held {
  readonly chunk: number;
  take(first: number, count: number): string[];
}

/** Throws DamagedChunk; system errors as they are. */
export function textReader({ type, length, storage, placed, fill }: TextArray): TextReader {
  const chunkLength = storage.chunkShape[0] ?? 1;
  let held: Held | null = null;
  const chunkAt = (chunk: number): Held => {
    if (held?.chunk === chunk) return held;
    // Two at once would be twice the memory.
    held = null;
    const stored = placed.index.storedBytes[chunk]!;
    if (stored === 0) return (held = { chunk, take: (_first, count) => new Array<string>(count).fill(fill) });
    const file = openJoined(placed.files);
    try {
      const bytes = file.read(placed.index.offset[chunk]!, stored);
      return (held = { chunk, take: type.text === 'vlen-utf8' ? variable(unpacked(bytes, storage.filters)) : fixed(bytes, type, storage, chunkLength) });
    } finally {
      file.close();
    }
  };
  return {
    chunkLength,
    read(start, end) {
      if (!(start >= 0 && start <= end && end <= length)) throw new RangeError(`${start} to ${end} is not within 0 to ${length}`);
      const out: string[] = [];
      for (let from = start; from < end; ) {
        const chunk = Math.floor(from / chunkLength);
        const to = Math.min(end, (chunk + 1) * chunkLength);
        try {
          for (const text of chunkAt(chunk).take(from - chunk * chunkLength, to - from)) out.push(text);
        } catch (thrown) {
          held = null;
          throw new DamagedChunk(chunk, thrown);
        }
        from = to;
      }
      return out;
    },
  };
}

function unpacked(stored: Uint8Array, filters: readonly H5Filter[]): Uint8Array {
  let bytes = stored;
  for (const filter of [...filters].reverse()) {
    switch (filter.id) {
      case 'deflate':
      case 'gzip':
      case 'zstd':
      case 'blosc':
      case 'lz4':
        bytes = unpackFresh(bytes, filter.id);
        break;
      case 'crc32c':
        bytes = checkCrc32c(bytes);
        break;
      case 'shuffle':
      case 'fletcher32':
      case 'lzf':
        throw new Error(`texts cannot be kept with ${filter.id}`);
    }
  }
  return bytes;
}

/** Their number as uint32, then each as uint32 bytes and UTF-8. */
function variable(bytes: Uint8Array): Held['take'] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (text.length < 4) throw new Error('it is too short for its number of texts');
  const count = text.readUInt32LE(0);
  let [next, at] = [0, 4];
  const step = (): number => {
    if (next >= count || at + 4 > text.length) throw new Error(`it holds ${next} texts and says to hold ${count}`);
    const length = text.readUInt32LE(at);
    if (at + 4 + length > text.length) throw new Error('a text runs past its end');
    return length;
  };
  return (first, wanted) => {
    if (first < next) [next, at] = [0, 4];
    for (; next < first; next++) at += 4 + step();
    const out: string[] = [];
    for (const stop = first + wanted; next < stop; next++) {
      const length = step();
      out.push(text.toString('utf8', at + 4, at + 4 + length));
      at += 4 + length;
    }
    return out;
  };
}

function fixed(stored: Uint8Array, { text, elementBytes }: ZarrType, storage: ZarrStorage, chunkLength: number): Held['take'] {
  const bytes = decodeChunk(stored, storage.filters, 0, chunkLength * elementBytes, newScratch()).slice();
  const view = new DataView(bytes.buffer);
  const one = (element: number): string => {
    const start = element * elementBytes;
    if (text === 'bytes') return Buffer.from(bytes.buffer, start, elementBytes).toString('utf8').replace(/\0+$/, '');
    let word = '';
    for (let at = start; at + 4 <= start + elementBytes; at += 4) {
      const letter = view.getUint32(at, true);
      if (letter > 0x10ffff) throw new Error('it holds a letter that is none');
      if (letter !== 0) word += String.fromCodePoint(letter);
    }
    return word;
  };
  return (first, count) => Array.from({ length: count }, (_, i) => one(first + i));
}
