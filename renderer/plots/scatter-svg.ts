/** A scatter of genes as SVG for print: marked genes as dots with the leading names, the others as a quiet cloud without repeats. */
import { formatValue } from '../client/words.ts';
import { placedNames, rangeOf, ticksIn } from './axes.ts';

export interface ScatterFigure {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly marked: Uint8Array;
  readonly names: readonly string[];
  /** Genes to name, most important first. */
  readonly named: readonly number[];
  readonly axes: readonly [string, string];
  readonly title: string;
}

const [width, height] = [560, 420];
const margin = { left: 58, right: 16, top: 34, bottom: 46 };

export function scatterSvg({ x, y, marked, names, named, axes, title }: ScatterFigure): string {
  const [[x0, x1], [y0, y1]] = [rangeOf(x), rangeOf(y)];
  const px = (value: number): number => margin.left + ((value - x0) / (x1 - x0)) * (width - margin.left - margin.right);
  const py = (value: number): number => height - margin.bottom - ((value - y0) / (y1 - y0)) * (height - margin.top - margin.bottom);
  const seen = new Set<string>();
  const dots: string[] = [];
  for (const flag of [0, 1]) {
    for (let i = 0; i < x.length; i++) {
      if (marked[i] !== flag || !Number.isFinite(x[i]!) || !Number.isFinite(y[i]!)) continue;
      // Half a point apart is one dot on paper.
      const at = `cx="${(Math.round(px(x[i]!) * 2) / 2).toString()}" cy="${(Math.round(py(y[i]!) * 2) / 2).toString()}"`;
      if (flag === 0 && seen.has(at)) continue;
      seen.add(at);
      dots.push(flag === 0 ? `<circle ${at} r="1.2" fill="#b8c0be"/>` : `<circle ${at} r="1.8" fill="#0b7285"/>`);
    }
  }
  const labels = placedNames(named.filter((i) => Number.isFinite(x[i]!) && Number.isFinite(y[i]!)).map((i) => ({ text: names[i]!, x: px(x[i]!), y: py(y[i]!) })), 9, width - margin.right)
    .map((one) => text(one.x, one.y, one.text, 9, one.anchor));
  const ticks = [
    ...ticksIn(x0, x1, 7).map((at) => `<path d="M${px(at).toFixed(1)} ${height - margin.bottom}v4" stroke="#333"/>${text(px(at), height - margin.bottom + 15, formatValue(at), 10, 'middle')}`),
    ...ticksIn(y0, y1).map((at) => `<path d="M${margin.left} ${py(at).toFixed(1)}h-4" stroke="#333"/>${text(margin.left - 6, py(at) + 3.5, formatValue(at), 10, 'end')}`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="DejaVu Sans, Helvetica, sans-serif">`
    + `<rect width="${width}" height="${height}" fill="#fff"/>${dots.join('')}`
    + `<path d="M${margin.left} ${margin.top}V${height - margin.bottom}H${width - margin.right}" fill="none" stroke="#333"/>`
    + text(margin.left, 20, title, 13, 'start') + text((width + margin.left) / 2, height - 10, axes[0], 11, 'middle')
    + ticks.join('')
    + `<g transform="translate(16 ${height / 2}) rotate(-90)">${text(0, 0, axes[1], 11, 'middle')}</g>${labels.join('')}</svg>`;
}

function text(x: number, y: number, content: string, size: number, anchor: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" text-anchor="${anchor}" fill="#222">${escapeXml(content)}</text>`;
}

export function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
