/** Stored elements of any type as plain bytes, by the own reader: h5py's LZF is unknown to the HDF5 library. */
import { describeBytes, type HeaderSource } from './describe.ts';
import { ownSource } from './source.open.ts';
import { bytesOf } from './views.ts';

export interface RawElementReader {
  readonly elementBytes: number;
  /** Bytes of elements [start, end) as they are in the file. */
  read(start: number, end: number): Uint8Array;
}

/** Null when the layout is not one of those known here. Errors: corrupt-file, corrupt-chunk, unsupported-encoding. */
export function rawElements(source: HeaderSource, name: string): RawElementReader | null {
  const { spec, elementBytes } = describeBytes(source, name);
  const elements = ownSource(spec, source.file);
  if (elements === null) return null;
  return {
    elementBytes,
    read: (start, end) => {
      const out = new Uint8Array((end - start) * elementBytes);
      const [first, stop] = [start * elementBytes, end * elementBytes];
      if (!elements.copy(first, stop, out)) {
        elements.visit(first, stop, (view, from, count, at) => out.set(bytesOf(view).subarray(from, from + count), at));
      }
      return out;
    },
  };
}
