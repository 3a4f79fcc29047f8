/** The rows that take part in sampling: all, a list, or ranges. Positions run over them in ascending order. */
import { failure } from '../../protocol/errors.ts';
import type { RowSet } from './contract.ts';

export function allRows(rows: number): RowSet {
  return { length: rows, at: (position) => position, find: (row) => Math.min(Math.max(row, 0), rows) };
}

export interface ListedRows extends RowSet {
  /** The list had to be sorted. */
  readonly wasUnsorted: boolean;
}

/** Rows by id; an unsorted list is sorted, and says so. @throws invalid-parameter for a row outside the collection. */
export function listedRows(ids: ArrayLike<number>, rows: number): ListedRows {
  const sorted = new Uint32Array(ids.length);
  let wasUnsorted = false;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!(Number.isInteger(id) && id >= 0 && id < rows)) throw failure('invalid-parameter', { step: 'sampling', parameter: 'indices', value: String(id), reason: `rows are 0 to ${rows - 1}` });
    sorted[i] = id;
    wasUnsorted ||= i > 0 && id < sorted[i - 1]!;
  }
  if (wasUnsorted) sorted.sort();
  return { length: sorted.length, at: (position) => sorted[position]!, find: (row) => lowerBound(sorted, sorted.length, row), wasUnsorted };
}

/** Rows of ascending, separate ranges [start, end). @throws invalid-parameter when they are not. */
export function rangedRows(ranges: readonly (readonly [start: number, end: number])[]): RowSet {
  const starts = Float64Array.from(ranges, ([start]) => start);
  const positions = new Float64Array(ranges.length + 1);
  ranges.forEach(([start, end], i) => {
    if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && end >= start && start >= 0) || (i > 0 && start < ranges[i - 1]![1])) {
      throw failure('invalid-parameter', { step: 'sampling', parameter: 'ranges', value: `${start}:${end}`, reason: 'ranges are whole numbers that rise and do not overlap' });
    }
    positions[i + 1] = positions[i]! + end - start;
  });
  const length = positions[ranges.length]!;
  return {
    length,
    at: (position) => {
      const range = upperBound(positions, ranges.length + 1, position) - 1;
      return starts[range]! + position - positions[range]!;
    },
    find: (row) => {
      const range = upperBound(starts, ranges.length, row) - 1;
      return range < 0 ? 0 : Math.min(positions[range + 1]!, positions[range]! + row - starts[range]!);
    },
  };
}

/** First place whose value is not below `wanted`. */
export function lowerBound(values: ArrayLike<number>, length: number, wanted: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First place whose value is above `wanted`. */
export function upperBound(values: ArrayLike<number>, length: number, wanted: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
