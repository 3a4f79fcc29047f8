/** Opens a described dataset for reading numbers: the hot path of every pass over the cells. */
import { failure, isTruckeeError, messageOf } from '../../protocol/errors.ts';
import { convertInto, type TargetArray } from './convert.ts';
import { openBytes, type FileBytes } from '../../io/file.ts';
import { openJoined } from '../../io/joined-files.ts';
import { foreignSource } from './source.foreign.ts';
import { ownSource, type ReadOptions } from './source.open.ts';
import type { ElementSource } from './source.ts';
import type { ArrayReader, DatasetSpec, NumericArray } from './spec.ts';
import { arrayOf, bytesOf } from './views.ts';

/**
 * Reads by plain file reads; nothing is shared between readers, so any worker may open its own. Errors while reading:
 * corrupt-chunk (rowStart and rowEnd are elements of a 1-D, rows of a 2-D dataset), corrupt-file, truncated-file, io-failed.
 * For a 'foreign' layout `prepareForeign` must have been awaited in this thread.
 */
export function openArray(spec: DatasetSpec, options: ReadOptions = {}): ArrayReader {
  const file = spec.layout.kind === 'chunked' && spec.layout.files ? openJoined(spec.layout.files) : openBytes(spec.file);
  const source = opened(spec, file, options);
  const [length, cols] = [spec.shape[0]!, spec.shape[1] ?? 1];
  const storedAs = arrayOf(spec.dtype, 0).constructor;

  const check = (axes: number, start: number, end: number, room: number): void => {
    if (spec.shape.length !== axes) throw new RangeError(`${spec.name} has ${spec.shape.length} axes, not ${axes}`);
    if (!(start >= 0 && start <= end && end <= length)) throw new RangeError(`${start} to ${end} is not within 0 to ${length} of ${spec.name}`);
    if (room < (end - start) * cols) throw new RangeError(`the target is too small for ${start} to ${end} of ${spec.name}`);
  };

  const fill = (start: number, end: number, out: TargetArray, at: number): void => {
    const [first, stop] = [start * cols, end * cols];
    guarded(spec, () => {
      if (out.constructor === storedAs && source.copy(first, stop, bytesOf(out.subarray(at, at + stop - first)))) return;
      source.visit(first, stop, (view, from, count, offset) => convertInto(view, from, count, out, at + offset));
    });
  };

  return {
    spec,
    read: (start, end) => {
      check(1, start, end, Infinity);
      const out = arrayOf(spec.dtype, end - start);
      guarded(spec, () => {
        if (!source.copy(start, end, bytesOf(out))) source.visit(start, end, (view, from, count, at) => copyPiece(view, from, count, out, at));
      });
      return out;
    },
    readInto: (start, end, out, at) => {
      check(1, start, end, out.length - at);
      fill(start, end, out, at);
    },
    readRows: (rowStart, rowEnd, out) => {
      check(2, rowStart, rowEnd, out.length);
      fill(rowStart, rowEnd, out, 0);
    },
    close: () => {
      source.close();
      file.close();
    },
  };
}

type ClosableSource = ElementSource & { close(): void };

function opened(spec: DatasetSpec, file: FileBytes, options: ReadOptions): ClosableSource {
  try {
    const own = ownSource(spec, file, options);
    return own === null ? foreignSource(spec) : { ...own, close: () => undefined };
  } catch (thrown) {
    file.close();
    throw thrown;
  }
}

/** Both arrays hold the same type: they come from the same dtype. */
function copyPiece(view: NumericArray, from: number, count: number, out: NumericArray, at: number): void {
  bytesOf(out).set(bytesOf(view).subarray(from * view.BYTES_PER_ELEMENT, (from + count) * view.BYTES_PER_ELEMENT), at * out.BYTES_PER_ELEMENT);
}

function guarded(spec: DatasetSpec, act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (isTruckeeError(thrown)) throw thrown;
    throw failure('corrupt-file', { path: spec.file, element: spec.name, reason: messageOf(thrown) }, thrown);
  }
}
