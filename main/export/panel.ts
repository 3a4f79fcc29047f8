/** One scatter plot: title, frame, points, axis names and legend. Drawn from the top left corner of its place. */
import type { View } from '../../protocol/view-file.ts';
import { categoryColors, numberColors, numberStep } from '../../protocol/colors.ts';
import { categoryLegend, numberLegend, type Block } from './legend.ts';
import { drawDots, type Dots } from './marks.ts';
import { missingGrey, plainGrey } from '../../protocol/palettes.table.ts';
import { element, label } from './svg.ts';
import { frameInk, ink, labelSize, mutedInk, plotSide, smallSize, titleSize } from './style.ts';
import { fitText } from './text-fit.ts';

export interface Panel {
  readonly view: View;
  /** Default: the name of the colour column. */
  readonly title?: string;
}

export interface DrawnPanel extends Block {
  /** Several cells may share a pixel, of which one is shown. */
  readonly perPixel: boolean;
  /** Points that have a finite position. */
  readonly finite: number;
}

/** Left of the plot (axis name) and above it (title), in pixels. */
const plotLeft = 30;
const plotTop = 32;
const legendGap = 22;

export function drawPanel(panel: Panel, index: number): DrawnPanel {
  const { view } = panel;
  const { header } = view;
  const places = placePoints(view);
  const dots = colorDots(view, places);
  const drawn = drawDots(dots);
  const legend = legendOf(view, dots.colors, index);
  const title = panel.title ?? header.color?.column ?? '';
  const middle = plotLeft + plotSide / 2;
  const parts = [
    label(fitText(title, titleSize, plotSide), { x: middle, y: plotTop - 11, 'text-anchor': 'middle', 'font-size': titleSize, fill: ink }),
    element('g', { transform: `translate(${plotLeft} ${plotTop})` }, drawn.markup, namesOnData(view, places)),
    element('rect', { x: plotLeft, y: plotTop, width: plotSide, height: plotSide, fill: 'none', stroke: frameInk, 'stroke-width': 0.9 }),
    label(axisName(view, 0), { x: middle, y: plotTop + plotSide + 20, 'text-anchor': 'middle', 'font-size': labelSize, fill: ink }),
    label(axisName(view, 1), { transform: `translate(${plotLeft - 11} ${plotTop + plotSide / 2}) rotate(-90)`, 'text-anchor': 'middle', 'font-size': labelSize, fill: ink }),
  ];
  if (dots.x.length === 0) parts.push(label('no cells', { x: middle, y: plotTop + plotSide / 2, 'text-anchor': 'middle', 'font-size': labelSize, fill: mutedInk }));
  if (legend) parts.push(element('g', { transform: `translate(${plotLeft + plotSide + legendGap} ${plotTop + Math.max(0, (plotSide - legend.height) / 2)})` }, legend.markup));
  return {
    markup: element('g', { role: 'group', 'aria-label': title }, ...parts), perPixel: drawn.perPixel, finite: dots.x.length,
    width: plotLeft + plotSide + (legend ? legendGap + legend.width : 0), height: plotTop + plotSide + 30,
  };
}

interface Places {
  /** Positions of the points that have one, and their pixels. */
  readonly points: Uint32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Fills the square with 5 % of air on each side; y grows upwards. */
function placePoints({ x, y }: View): Places {
  const points = Uint32Array.from({ length: x.length }, (_, i) => i).filter((i) => Number.isFinite(x[i]) && Number.isFinite(y[i]));
  const scale = (values: Float32Array, flip: boolean): Float32Array => {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    points.forEach((i) => {
      min = Math.min(min, values[i]!);
      max = Math.max(max, values[i]!);
    });
    const range = max > min ? max - min : 1;
    const start = max > min ? min : min - 0.5;
    return Float32Array.from(points, (i) => {
      const share = 0.05 + (0.9 * (values[i]! - start)) / range;
      return plotSide * (flip ? 1 - share : share);
    });
  };
  return { points, x: scale(x, false), y: scale(y, true) };
}

function colorDots(view: View, { points, x, y }: Places): Dots {
  const { color } = view.header;
  const shared = { x, y, missing: missingGrey };
  if (color?.kind === 'categories' && view.codes) {
    const { codes } = view;
    return { ...shared, colors: categoryColors(color.categories.length), ascending: false, group: Int32Array.from(points, (i) => codes[i]!) };
  }
  if (color?.kind === 'numbers' && view.values) {
    const { values } = view;
    return { ...shared, colors: numberColors, ascending: true, group: Int32Array.from(points, (i) => numberStep(values[i]!, color.min, color.max)) };
  }
  return { ...shared, colors: [plainGrey], ascending: false, group: new Int32Array(points.length) };
}

function legendOf(view: View, colors: readonly string[], index: number): Block | null {
  const { color } = view.header;
  if (color === null) return null;
  // Cells without a value are explained where some are drawn; outside an embedded sample there are none to see.
  const grey = view.codes?.includes(-1) === true || view.values?.some(Number.isNaN) === true;
  const shown = { ...color, missing: grey ? color.missing : 0 };
  if (shown.kind === 'numbers') return shown.min === null && shown.missing === 0 ? null : numberLegend(shown, `scale${index}`);
  return shown.categories.length + shown.missing === 0 ? null : categoryLegend(shown, colors);
}

/** Short names (cluster numbers) are also written where their cells are: colours alone do not tell forty groups apart. */
function namesOnData(view: View, { points, x, y }: Places): string {
  const { color } = view.header;
  if (color?.kind !== 'categories' || !view.codes || color.categories.length < 2 || color.categories.length > 60) return '';
  if (color.categories.some((name) => name.length > 4)) return '';
  // Many groups are small on paper: their names must not hide them.
  const many = color.categories.length > 15;
  const names = color.categories.map((name, code) => {
    const mine = [...points.keys()].filter((i) => view.codes![points[i]!] === code);
    if (mine.length === 0) return '';
    const at = { x: median(mine.map((i) => x[i]!)), y: median(mine.map((i) => y[i]!)) + 4, 'text-anchor': 'middle' };
    const halo = { stroke: '#ffffff', 'stroke-width': many ? 2 : 3, 'stroke-opacity': 0.8, 'stroke-linejoin': 'round', 'aria-hidden': 'true' };
    return label(name, { ...at, ...halo }) + label(name, { ...at, fill: ink });
  });
  return element('g', { 'font-size': many ? smallSize - 2 : smallSize, 'font-weight': 700 }, ...names);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1]!;
}

/** PC1 (12.3 %) where the share of variance is known. */
function axisName({ header }: View, axis: 0 | 1): string {
  const name = header.axes[axis];
  const share = header.varianceRatio?.[Number(/\d+$/.exec(name)?.[0]) - 1];
  return share === undefined ? name : `${name} (${(100 * share).toFixed(1)} %)`;
}
