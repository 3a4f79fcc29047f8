/** What every layout offers the array reader: pieces of stored numbers, in order, without an array for the whole range. */
import type { NumericArray } from './spec.ts';

/** Takes view[from .. from + count), which are the elements that belong at position `at` of the range asked for. */
export type PieceSink = (view: NumericArray, from: number, count: number, at: number) => void;

/** Positions are elements in row-major order, counted from the first of the dataset. */
export interface ElementSource {
  /**
   * Gives elements [start, end) piece by piece, in native byte order; a view is valid only during its call. For datasets
   * with chunks along two axes, start and end lie on row borders and pieces come in no particular order.
   */
  visit(start: number, end: number, sink: PieceSink): void;
  /** Reads the bytes of [start, end) straight into `target`. False when these are not stored plainly: then use visit. */
  copy(start: number, end: number, target: Uint8Array): boolean;
}
