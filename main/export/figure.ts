/** Figures as self-contained SVG documents on white: panels in one column, and below them what the reader must know. */
import { formatCount } from '../../protocol/format.ts';
import type { View } from '../../protocol/view-file.ts';
import { drawPanel, type Panel } from './panel.ts';
import { element, escapeXml, label } from './svg.ts';
import { fontFamily, ink, margin, mutedInk, smallSize, warningInk } from './style.ts';
import { textWidth, wrapText } from './text-fit.ts';

export type { Panel } from './panel.ts';

export interface FigureOptions {
  /** Above everything; default none. */
  readonly title?: string;
  /** Of Truckee. */
  readonly version: string;
}

const panelGap = 26;
const headingSize = 18;

/** UMAP, PCA or any other embedding, one panel under the other. */
export function scatterFigure(panels: readonly Panel[], options: FigureOptions): string {
  const drawn = panels.map(drawPanel);
  const hidden = drawn.some((panel) => panel.perPixel) ? ['one cell shown per pixel'] : [];
  const lost = Math.max(0, ...drawn.map((panel, i) => panels[i]!.view.x.length - panel.finite));
  const notes = [...viewNotes(panels.map((panel) => panel.view)), ...hidden, ...(lost > 0 ? [`${formatCount(lost)} ${lost === 1 ? 'cell' : 'cells'} without a position left out`] : [])];
  return figureDocument(drawn, notes, panels.some((panel) => panel.view.header.demo), options);
}

/** "sample of 4,000 of 12,000 cells", or how many cells there are. */
function viewNotes(views: readonly View[]): string[] {
  const first = views[0]?.header;
  if (!first) return [];
  const { points, placed, cells, basis } = first;
  const words: string[] = [];
  if (placed < cells) words.push(`${basis.replace(/^X_/, '').toUpperCase()} of a sample of ${formatCount(placed)} of ${formatCount(cells)} cells`);
  if (points < placed) words.push(`${formatCount(points)} of ${formatCount(placed)} cells drawn at random`);
  return words.length > 0 ? words : [`${formatCount(cells)} cells`];
}

interface Piece {
  readonly markup: string;
  readonly width: number;
  readonly height: number;
}

/** Stacks pieces, adds heading and footer. `demo` is said first and in another colour. */
export function figureDocument(pieces: readonly Piece[], notes: readonly string[], demo: boolean, options: FigureOptions): string {
  const width = Math.ceil(Math.max(...pieces.map((piece) => piece.width), 360) + 2 * margin);
  const parts: string[] = [];
  let top = margin;
  const title = options.title ?? '';
  for (const line of wrapText(title, headingSize, width - 2 * margin)) {
    parts.push(label(line, { x: margin, y: top + headingSize - 2, 'font-size': headingSize, 'font-weight': 600, fill: ink }));
    top += headingSize + 8;
  }
  for (const piece of pieces) {
    parts.push(element('g', { transform: `translate(${margin} ${top})` }, piece.markup));
    top += piece.height + panelGap;
  }
  top += 12 - panelGap;
  const demoWords = 'Demo data (generated, not measured)';
  const words = [...notes, `Truckee ${options.version}`].join(' · ');
  const warning = { 'font-weight': 600, fill: warningInk };
  const foot = (...content: string[]): void => {
    parts.push(element('text', { x: margin, y: top + 10, 'font-size': smallSize, fill: mutedInk }, ...content));
    top += 16;
  };
  // In one line while there is room: the same text element, so that no guess of a width can make them overlap.
  if (demo && textWidth(`${demoWords} · ${words}`, smallSize) * 1.05 <= width - 2 * margin) {
    foot(element('tspan', warning, escapeXml(demoWords)), escapeXml(` · ${words}`));
  } else {
    if (demo) foot(element('tspan', warning, escapeXml(demoWords)));
    for (const line of wrapText(words, smallSize, width - 2 * margin)) foot(escapeXml(line));
  }
  const height = Math.ceil(top + margin - 4);
  const description = [...(demo ? [demoWords] : []), words].join(' · ');
  const content = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'font-family': fontFamily },
    element('title', {}, escapeXml(title || 'Cells')), element('desc', {}, escapeXml(description)),
    element('rect', { width, height, fill: '#ffffff' }), ...parts,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${content}\n`;
}
