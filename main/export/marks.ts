/**
 * Points as a handful of paths: each point is a line of no length (or of its own width) in the path of its colour, about a
 * dozen bytes. Points are taken in random order and in rounds, so that no category is drawn over all others. Very many are
 * drawn as pixels, one cell each, which bounds the file whatever their number.
 */
import { element, tenth } from './svg.ts';
import { plotSide } from './style.ts';

export interface Dots {
  /** Pixels inside the plot, from its top left corner. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Colour of each point as a position in `colors`; -1 is drawn first, in `missing`. */
  readonly group: Int32Array;
  readonly colors: readonly string[];
  readonly missing: string;
  /** true: groups are drawn in ascending order (high values on top); false: mixed. */
  readonly ascending: boolean;
}

export interface Drawn {
  readonly markup: string;
  /** Where several cells fall on one pixel only one of them is shown. */
  readonly perPixel: boolean;
}

/** More points than this are drawn as squares, and more than that as pixels. */
const manyPoints = 20_000;
const mostSingle = 150_000;
const rounds = 16;

/** Diameter in pixels: scanpy's area of 120000 / n square points, within what print and screen can show. */
export function dotDiameter(points: number): number {
  const areaPoints = 120_000 / Math.max(1, points);
  return Math.min(7, Math.max(0.9, Math.sqrt(areaPoints) * (96 / 72)));
}

export function drawDots(dots: Dots): Drawn {
  const n = dots.x.length;
  const order = shuffled(n);
  return n > mostSingle ? { markup: drawPixels(dots, order), perPixel: true } : { markup: drawSingly(dots, order), perPixel: false };
}

function drawSingly(dots: Dots, order: Uint32Array): string {
  const diameter = dotDiameter(order.length);
  const square = order.length > manyPoints;
  const pen = square ? `h${tenth(diameter)}` : 'h0';
  const shift = square ? diameter / 2 : 0;
  const paths: string[] = [];
  const missing: string[] = [];
  const perRound = Math.max(1, dots.ascending ? order.length : Math.ceil(order.length / rounds));
  for (let start = 0; start < order.length; start += perRound) {
    const data = dots.colors.map(() => [] as string[]);
    for (const point of order.subarray(start, start + perRound)) {
      const y = tenth(dots.y[point]!);
      const at = `M${tenth(dots.x[point]! - shift)}${y.startsWith('-') ? '' : ' '}${y}${pen}`;
      (data[dots.group[point]!] ?? missing).push(at);
    }
    data.forEach((pieces, group) => pieces.length > 0 && paths.push(pathOf(dots.colors[group]!, pieces)));
  }
  if (missing.length > 0) paths.unshift(pathOf(dots.missing, missing));
  return element('g', { fill: 'none', 'stroke-width': diameter, 'stroke-linecap': square ? undefined : 'round' }, ...paths);
}

/** Each pixel shows one of its cells: a random one, or the highest when groups ascend; missing only where nothing else is. */
function drawPixels(dots: Dots, order: Uint32Array): string {
  const side = plotSide;
  const nothing = -2;
  const shown = new Int32Array(side * side).fill(nothing);
  for (const point of order) {
    const at = Math.max(0, Math.min(side - 1, Math.floor(dots.y[point]!))) * side + Math.max(0, Math.min(side - 1, Math.floor(dots.x[point]!)));
    const group = dots.group[point]!;
    if (shown[at]! < 0 || (dots.ascending && shown[at]! < group)) shown[at] = Math.max(shown[at]!, group);
  }
  const data = dots.colors.map(() => [] as string[]);
  const missing: string[] = [];
  for (let row = 0; row < side; row++) {
    for (let start = 0, end = 0; start < side; start = end) {
      const group = shown[row * side + start]!;
      for (end = start + 1; end < side && shown[row * side + end] === group; end++);
      if (group !== nothing) (data[group] ?? missing).push(`M${start} ${row}.5h${end - start}`);
    }
  }
  const paths = data.flatMap((pieces, group) => (pieces.length > 0 ? [pathOf(dots.colors[group]!, pieces)] : []));
  if (missing.length > 0) paths.unshift(pathOf(dots.missing, missing));
  return element('g', { fill: 'none', 'stroke-width': 1, 'shape-rendering': 'crispEdges' }, ...paths);
}

const pathOf = (color: string, pieces: readonly string[]): string => element('path', { stroke: color, d: pieces.join('') });

/** All positions in a random order that is the same every time. */
function shuffled(n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let state = 0x2545f491;
  for (let i = n - 1; i > 0; i--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = (state >>> 0) % (i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
