/**
 * LOESS of degree 2 over one variable: a smooth curve through scattered points. Local fits are made at a few vertices
 * and blended by cubics in between, as in Cleveland's dloess, so tens of thousands of points take milliseconds.
 */
import { fitLocal, type LocalFit } from './local-fit.ts';

/** Cells of the curve are split until they hold at most this share of a neighbourhood. */
const cellShare = 0.2;
/** The outermost vertices lie this share of the range outside the points. */
const margin = 0.005;

interface Sorted {
  readonly order: Uint32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly q: number;
  readonly factor: number;
}

/**
 * Fitted value at every x (any order, repeats allowed, all finite). `span` is the share of points in each neighbourhood;
 * at least three points are always used.
 */
export function loess(x: Float64Array, y: Float64Array, span: number): Float64Array {
  const fitted = new Float64Array(x.length);
  if (x.length === 0) return fitted;
  const points = sortPoints(x, y, span);
  const vertices = placeVertices(points.x, Math.floor(x.length * span * cellShare));
  const fits = Array.from(vertices, (at) => fitLocal(points.x, points.y, at, points.q, points.factor));
  let cell = 0;
  points.order.forEach((original, i) => {
    const at = points.x[i]!;
    while (cell < vertices.length - 2 && at > vertices[cell + 1]!) cell++;
    fitted[original] = blend(at, vertices[cell]!, vertices[cell + 1]!, fits[cell]!, fits[cell + 1]!);
  });
  return fitted;
}

/** The same curve with an own local fit at every point: the plain meaning, quadratic in the number of points. */
export function loessDirect(x: Float64Array, y: Float64Array, span: number): Float64Array {
  const fitted = new Float64Array(x.length);
  const points = sortPoints(x, y, span);
  points.order.forEach((original, i) => {
    fitted[original] = fitLocal(points.x, points.y, points.x[i]!, points.q, points.factor).value;
  });
  return fitted;
}

function sortPoints(x: Float64Array, y: Float64Array, span: number): Sorted {
  const order = Uint32Array.from(x, (_, i) => i).sort((a, b) => x[a]! - x[b]! || a - b);
  const q = Math.min(x.length, Math.max(3, Math.floor(x.length * span + 1e-5)));
  return {
    order, q, factor: Math.max(1, span),
    x: Float64Array.from(order, (i) => x[i]!), y: Float64Array.from(order, (i) => y[i]!),
  };
}

/**
 * Ascending vertices: the ends of a box around sorted x, then middle points, halving each cell until it holds at most
 * `cellPoints` points or its middle point is one of its ends already.
 */
function placeVertices(x: Float64Array, cellPoints: number): Float64Array {
  const least = x[0]!;
  const most = x[x.length - 1]!;
  const widest = Math.max(most - least, 1e-3 * Math.max(Math.abs(least), Math.abs(most)) + 1e-30);
  const left = least - margin * widest;
  const right = most + margin * widest;
  const vertices = [left, right];
  const pending = [{ first: 0, last: x.length - 1, left, right }];
  for (let cell = pending.pop(); cell; cell = pending.pop()) {
    const { first, last } = cell;
    if (last - first + 1 <= Math.max(1, cellPoints)) continue;
    const cut = breakNearMiddle(x, first, last);
    const at = x[cut]!;
    if (at === cell.left || at === cell.right) continue;
    vertices.push(at);
    pending.push({ first, last: cut, left: cell.left, right: at }, { first: cut + 1, last, left: at, right: cell.right });
  }
  return Float64Array.from(vertices).sort();
}

/** The last of equal values nearest to the middle of first..last (right before left); the middle itself if none ends inside. */
function breakNearMiddle(x: Float64Array, first: number, last: number): number {
  const middle = (first + last) >> 1;
  for (let away = 0; middle + away < last && middle - away >= first; away++) {
    if (x[middle + away] !== x[middle + away + 1]) return middle + away;
    if (x[middle - away] !== x[middle - away + 1]) return middle - away;
  }
  return middle;
}

/** The cubic with the values and slopes of both ends. */
function blend(at: number, left: number, right: number, a: LocalFit, b: LocalFit): number {
  const width = right - left;
  const t = (at - left) / width;
  const s = 1 - t;
  return s * s * (1 + 2 * t) * a.value + t * t * (1 + 2 * s) * b.value + width * t * s * (s * a.slope - t * b.slope);
}
