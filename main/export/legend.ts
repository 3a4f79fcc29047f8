/** What the colours mean: labels with counts in columns, or a scale for numbers; drawn from the top left corner. */
import { formatCount } from '../../protocol/format.ts';
import type { ViewColor } from '../../protocol/view-file.ts';
import { mapSteps, numberColors } from '../../protocol/colors.ts';
import { missingGrey } from '../../protocol/palettes.table.ts';
import { element, escapeXml, label } from './svg.ts';
import { frameInk, ink, mutedInk, plotSide, smallSize } from './style.ts';
import { fitText, textWidth } from './text-fit.ts';

export interface Block {
  readonly markup: string;
  readonly width: number;
  readonly height: number;
}

/** More categories than this are not all named. */
const mostNamed = 40;
const lineHeight = 17.2;
const linesPerColumn = Math.floor(plotSide / lineHeight);
const dot = 10;
const mostLabelWidth = 190;
const gap = 8;
const columnGap = 22;

interface Entry {
  readonly color: string | null;
  readonly text: string;
  readonly count: string;
}

export function categoryLegend(color: Extract<ViewColor, { kind: 'categories' }>, colors: readonly string[]): Block {
  const entries = entriesOf(color, colors);
  const columns: Entry[][] = [];
  const perColumn = Math.ceil(entries.length / Math.ceil(entries.length / linesPerColumn));
  for (let i = 0; i < entries.length; i += perColumn) columns.push(entries.slice(i, i + perColumn));
  let left = 0;
  const parts: string[] = [];
  for (const column of columns) {
    const texts = column.map((entry) => fitText(entry.text, smallSize, mostLabelWidth));
    const labelWidth = Math.max(...texts.map((text) => textWidth(text, smallSize)));
    const countWidth = Math.max(...column.map((entry) => textWidth(entry.count, smallSize)));
    const countAt = left + dot + gap + labelWidth + 12 + countWidth;
    column.forEach((entry, row) => {
      const y = (row + 0.5) * lineHeight;
      const whole = texts[row] === entry.text ? '' : element('title', {}, escapeXml(entry.text));
      const swatch = entry.color === null ? '' : element('circle', { cx: left + dot / 2, cy: y, r: dot / 2 - 0.5, fill: entry.color, stroke: '#00000033', 'stroke-width': 0.6 });
      parts.push(element(
        'g', {}, whole, swatch,
        label(texts[row]!, { x: left + dot + gap, y: y + 4, fill: entry.color === null ? mutedInk : ink }),
        label(entry.count, { x: countAt, y: y + 4, fill: mutedInk, 'text-anchor': 'end' }),
      ));
    });
    left = countAt + columnGap;
  }
  return { markup: element('g', { 'font-size': smallSize }, ...parts), width: left - columnGap, height: perColumn * lineHeight };
}

/** In the order of the categories; beyond 40 the most frequent are named and the rest is summed up. */
function entriesOf(color: Extract<ViewColor, { kind: 'categories' }>, colors: readonly string[]): Entry[] {
  const { categories, counts, missing } = color;
  const all = categories.map((_, code) => code);
  const named = categories.length <= mostNamed ? all : [...all].sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, mostNamed - 1).sort((a, b) => a - b);
  const entries: Entry[] = named.map((code) => ({ color: colors[code]!, text: categories[code] === '' ? '(empty)' : categories[code]!, count: formatCount(counts[code]!) }));
  if (named.length < categories.length) {
    const rest = all.filter((code) => !named.includes(code));
    entries.push({ color: null, text: `and ${formatCount(rest.length)} more`, count: formatCount(rest.reduce((sum, code) => sum + counts[code]!, 0)) });
  }
  if (missing > 0) entries.push({ color: missingGrey, text: 'no value', count: formatCount(missing) });
  return entries;
}

const barWidth = 16;
const barHeight = plotSide * 0.62;

export function numberLegend(color: Extract<ViewColor, { kind: 'numbers' }>, id: string): Block {
  const { min, max, missing } = color;
  if (min === null || max === null) return categoryLegend({ kind: 'categories', column: color.column, categories: [], counts: [], missing }, []);
  const stops = numberColors.map((hex, step) => element('stop', { offset: (step / (mapSteps - 1)).toFixed(4), 'stop-color': hex }));
  const ticks = max > min ? niceTicks(min, max) : [min];
  const at = (value: number): number => (max > min ? barHeight * (1 - (value - min) / (max - min)) : barHeight / 2);
  const labels = ticks.map(shortNumber);
  const parts = [
    element('defs', {}, element('linearGradient', { id, x1: 0, y1: 1, x2: 0, y2: 0 }, ...stops)),
    element('rect', { width: barWidth, height: barHeight, fill: `url(#${id})`, stroke: frameInk, 'stroke-width': 0.8 }),
    ...ticks.map((tick, i) => element('path', { d: `M${barWidth} ${at(tick).toFixed(1)}h4`, stroke: frameInk, 'stroke-width': 0.8 }) + label(labels[i]!, { x: barWidth + 8, y: at(tick) + 4, fill: ink })),
  ];
  if (missing > 0) {
    const y = barHeight + 22;
    parts.push(element('circle', { cx: dot / 2 + 2, cy: y, r: dot / 2 - 0.5, fill: missingGrey, stroke: '#00000033', 'stroke-width': 0.6 }));
    parts.push(label(`no value: ${formatCount(missing)}`, { x: dot + gap + 2, y: y + 4, fill: mutedInk }));
  }
  const widest = Math.max(...labels.map((text) => textWidth(text, smallSize)), missing > 0 ? textWidth(`no value: ${formatCount(missing)}`, smallSize) : 0);
  return { markup: element('g', { 'font-size': smallSize }, ...parts), width: barWidth + 10 + widest, height: barHeight + (missing > 0 ? 34 : 0) };
}

/** Four to eight round values inside [min, max]. */
export function niceTicks(min: number, max: number): number[] {
  const rough = (max - min) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2).replace(/\.?0*e/, 'e').replace('e+', 'e').replace('-', '−');
  return (size >= 1000 ? formatCount(value) : String(Number(value.toPrecision(4)))).replace('-', '−');
}
