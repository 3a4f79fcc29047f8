/** Elements that lie in one piece: in the file (contiguous) or inside the header (compact). */
import { elementBytesOf } from './datatype.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ElementSource } from './source.ts';
import type { DatasetSpec } from './spec.ts';
import { fillView, swapBytes, viewOf } from './views.ts';

/** Bytes read at a time when they have to be converted. */
const pieceBytes = 1 << 20;

/** `offset` null means nothing was ever written: all fill. */
export function contiguousSource(spec: DatasetSpec, file: FileBytes, offset: number | null): ElementSource {
  const width = elementBytesOf(spec.dtype);
  if (offset === null) return fillSource(spec);
  let scratch = new Uint8Array(0);
  return {
    visit: (start, end, sink) => {
      const step = pieceBytes / width;
      for (let first = start; first < end; first += step) {
        const count = Math.min(step, end - first);
        if (scratch.length < count * width) scratch = new Uint8Array(count * width);
        const bytes = scratch.subarray(0, count * width);
        file.readInto(offset + first * width, bytes);
        if (spec.bigEndian) swapBytes(bytes, width);
        sink(viewOf(spec.dtype, bytes, count), 0, count, first - start);
      }
    },
    copy: (start, _end, target) => {
      if (spec.bigEndian && width > 1) return false;
      file.readInto(offset + start * width, target);
      return true;
    },
  };
}

export function compactSource(spec: DatasetSpec, stored: Uint8Array): ElementSource {
  const width = elementBytesOf(spec.dtype);
  const bytes = stored.slice(0, Math.floor(stored.length / width) * width);
  if (spec.bigEndian) swapBytes(bytes, width);
  const view = viewOf(spec.dtype, bytes, bytes.length / width);
  return {
    visit: (start, end, sink) => sink(view, start, end - start, 0),
    copy: () => false,
  };
}

/** A dataset that was created and never written. */
export function fillSource(spec: DatasetSpec): ElementSource {
  return { visit: (start, end, sink) => visitFill(spec, end - start, 0, sink), copy: () => false };
}

/** Gives `count` fill values from a small array, however many they are. */
export function visitFill(spec: DatasetSpec, count: number, at: number, sink: Parameters<ElementSource['visit']>[2]): void {
  const view = fillView(spec.dtype, spec.fill, Math.min(count, 4096));
  for (let done = 0; done < count; done += view.length) sink(view, 0, Math.min(view.length, count - done), at + done);
}
