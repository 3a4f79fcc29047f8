/** Ranges of one-dimensional Zarr arrays, chunk by chunk: each is decoded once for ranges in ascending order. */
import { failure } from '../../../protocol/errors.ts';
import { arrayAt, damaging, ZarrFolder, type ZarrArray } from './folder.ts';

export type NumberTarget = Float64Array | Float32Array | Int32Array;
type Numbers = NumberTarget | Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | BigInt64Array | BigUint64Array;

export interface ZarrVector {
  readonly length: number;
  /** Elements of a chunk (of an inner chunk where chunks lie in shards). */
  readonly chunkLength: number;
  /** Elements [start, end) into `out` from place `at`. Errors: corrupt-file, truncated-file, unsupported-encoding. */
  read(start: number, end: number, out: NumberTarget, at: number): Promise<void>;
}

/** `gaps`: chunks that are not there hold the fill value; else they are damage. */
export async function openVector(folder: string, name: string, gaps: boolean): Promise<ZarrVector> {
  // A store of its own tells what this array misses.
  const store = new ZarrFolder(folder);
  const array = await arrayAt(store, name);
  const chunkLength = array.chunks[0]!;
  if (array.shape.length !== 1) throw failure('unsupported-encoding', { path: store.folder, element: name, encoding: `an array with ${array.shape.length} axes` });
  let kept: { readonly chunk: number; readonly data: Promise<Numbers> } | null = null;
  const chunkAt = (chunk: number): Promise<Numbers> => {
    if (kept?.chunk !== chunk) kept = { chunk, data: decode(store, name, array, chunk, gaps) };
    return kept.data;
  };
  return {
    length: array.shape[0]!,
    chunkLength,
    async read(start, end, out, at) {
      if (end > array.shape[0]!) throw failure('corrupt-file', { path: store.folder, element: name, reason: `it ends at ${array.shape[0]} where ${end} elements are needed` });
      for (let from = start; from < end; ) {
        const chunk = Math.floor(from / chunkLength);
        const to = Math.min(end, (chunk + 1) * chunkLength);
        copy(await chunkAt(chunk), from - chunk * chunkLength, to - chunk * chunkLength, out, at + from - start);
        from = to;
      }
    },
  };
}

async function decode(store: ZarrFolder, name: string, array: ZarrArray, chunk: number, gaps: boolean): Promise<Numbers> {
  store.missed = null;
  const { data } = await damaging(store, name, () => array.getChunk([chunk]));
  const damaged = (reason: string): never => {
    throw failure('corrupt-file', { path: store.folder, element: name, reason });
  };
  if (!gaps && store.missed !== null) damaged(`chunk ${chunk} is missing`);
  if (!ArrayBuffer.isView(data)) damaged('it holds no numbers');
  const numbers = data as Numbers;
  if (numbers.length !== array.chunks[0]) damaged(`chunk ${chunk} has ${numbers.length} elements, not ${array.chunks[0]}`);
  return numbers;
}

function copy(data: Numbers, from: number, to: number, out: NumberTarget, at: number): void {
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return out.set(data.subarray(from, to), at);
  for (let i = from; i < to; i++) out[at + i - from] = Number(data[i]!);
}
