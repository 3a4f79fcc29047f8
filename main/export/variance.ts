/** How much of the variance each principal component carries: bars, and their running total as a line. */
import { figureDocument, type FigureOptions } from './figure.ts';
import { niceTicks } from './legend.ts';
import { okabeIto } from '../../protocol/palettes.table.ts';
import { element, label } from './svg.ts';
import { frameInk, ink, labelSize, plotSide, smallSize, titleSize } from './style.ts';

const left = 52;
const top = 34;
const width = plotSide * 1.25;
const height = plotSide * 0.7;
/** Dark enough for text on white. */
const lineColor = '#b34700';

/** `ratio`: share of the total variance per component, 0 to 1. `notes` go to the foot of the figure. */
export function varianceFigure(ratio: readonly number[], demo: boolean, options: FigureOptions, notes: readonly string[] = []): string {
  const total = ratio.reduce((a, b) => a + b, 0);
  const most = 100 * Math.max(...ratio, 1e-6);
  const ticks = niceTicks(0, most * 1.02);
  const highest = Math.max(most * 1.06, ticks.at(-1)!);
  const y = (percent: number): number => top + height * (1 - percent / highest);
  const step = width / Math.max(1, ratio.length);
  const bars = ratio.map((share, i) => {
    const percent = 100 * share;
    const name = element('title', {}, `PC${i + 1}: ${percent.toFixed(2)} %`);
    return element('rect', { x: left + i * step + step * 0.12, y: y(percent), width: step * 0.76, height: Math.max(0, top + height - y(percent)), fill: okabeIto[0] }, name);
  });
  // The running total has a scale of its own, on the right.
  const sumTicks = niceTicks(0, Math.max(1e-6, 105 * total));
  const sumHighest = Math.max(106 * total, sumTicks.at(-1)!, 1e-6);
  const sumY = (percent: number): number => top + height * (1 - percent / sumHighest);
  let sum = 0;
  const line = ratio.map((share, i) => {
    sum += share;
    return `${i === 0 ? 'M' : 'L'}${(left + (i + 0.5) * step).toFixed(1)} ${sumY(100 * sum).toFixed(1)}`;
  });
  const every = Math.max(1, Math.ceil(ratio.length / 10));
  const names = ratio.flatMap((_, i) => ((i + 1) % every === 0 || i === 0 ? [label(String(i + 1), { x: left + (i + 0.5) * step, y: top + height + 17, 'text-anchor': 'middle' })] : []));
  const markup = [
    label('Variance by component', { x: left + width / 2, y: top - 13, 'text-anchor': 'middle', 'font-size': titleSize, fill: ink }),
    ...ticks.map((tick) => element('path', { d: `M${left} ${y(tick).toFixed(1)}h${width}`, stroke: '#e3e6ea', 'stroke-width': 0.8 })),
    element('g', {}, ...bars),
    element('path', { d: line.join(''), fill: 'none', stroke: lineColor, 'stroke-width': 2, 'stroke-linejoin': 'round' }),
    element('g', { 'font-size': smallSize, fill: lineColor }, ...sumTicks.map((tick) => label(String(tick), { x: left + width + 7, y: sumY(tick) + 4 }))),
    label(`Running total (${(100 * total).toFixed(1)} %)`, { transform: `translate(${left + width + 44} ${top + height / 2}) rotate(-90)`, 'text-anchor': 'middle', 'font-size': labelSize, fill: lineColor }),
    element('g', { 'font-size': smallSize, fill: ink }, ...names, ...ticks.map((tick) => label(String(tick), { x: left - 7, y: y(tick) + 4, 'text-anchor': 'end' }))),
    element('path', { d: `M${left} ${top}v${height}h${width}v${-height}`, fill: 'none', stroke: frameInk, 'stroke-width': 0.9 }),
    label('Component', { x: left + width / 2, y: top + height + 36, 'text-anchor': 'middle', 'font-size': labelSize, fill: ink }),
    label('Share of variance (%)', { transform: `translate(13 ${top + height / 2}) rotate(-90)`, 'text-anchor': 'middle', 'font-size': labelSize, fill: ink }),
  ];
  return figureDocument([{ markup: markup.join(''), width: left + width + 50, height: top + height + 46 }], notes, demo, options);
}
