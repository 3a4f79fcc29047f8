/** Which rows of a long table are in view. A page can be scrolled some ten million pixels at most: beyond that, pixels stand for many rows. */

export const rowHeight = 28;
const tallest = 8_000_000;

export interface RowWindow {
  /** Height of what is scrolled, in pixels. */
  readonly height: number;
  /** Rows that fit into the view. */
  readonly visible: number;
  /** First row at a scroll position, and the position for a first row. */
  firstAt(scrollTop: number): number;
  topOf(first: number): number;
}

export function rowWindow(total: number, viewHeight: number): RowWindow {
  const visible = Math.max(1, Math.ceil(viewHeight / rowHeight));
  const natural = total * rowHeight;
  const height = Math.max(viewHeight, Math.min(natural, tallest));
  const last = Math.max(0, total - Math.max(1, Math.floor(viewHeight / rowHeight)));
  const way = Math.max(1, height - viewHeight);
  return {
    height, visible,
    firstAt: (scrollTop) => Math.min(last, natural <= tallest ? Math.floor(scrollTop / rowHeight) : Math.round((scrollTop / way) * last)),
    topOf: (first) => (natural <= tallest ? first * rowHeight : last === 0 ? 0 : (first / last) * way),
  };
}
