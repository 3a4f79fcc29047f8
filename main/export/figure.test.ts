import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { View, ViewColor } from '../../protocol/view-file.ts';
import { categoryColors, numberColors, numberStep } from '../../protocol/colors.ts';
import { scatterFigure } from './figure.ts';
import { niceTicks, shortNumber } from './legend.ts';
import { dotDiameter } from './marks.ts';
import { default102, default20, default28, okabeIto, plainGrey } from '../../protocol/palettes.table.ts';
import { escapeXml, tenth } from './svg.ts';
import { fitText, textWidth } from './text-fit.ts';
import { varianceFigure } from './variance.ts';

const options = { version: '0.1.0' };

function view(n: number, categories: readonly string[], more: Partial<View['header']> = {}): View {
  const codes = Int32Array.from({ length: n }, (_, i) => (i * 7919) % Math.max(1, categories.length));
  const counts = categories.map((_, code) => codes.filter((c) => c === code).length);
  const spread = (i: number, prime: number): number => ((i * prime) % 10_007) / 100;
  return {
    x: Float32Array.from({ length: n }, (_, i) => spread(i, 7907)), y: Float32Array.from({ length: n }, (_, i) => spread(i, 6007)), codes, values: null,
    header: {
      truckeeView: 1, basis: 'X_umap', axes: ['UMAP1', 'UMAP2'], points: n, placed: n, cells: n, varianceRatio: null, demo: false,
      color: { kind: 'categories', column: 'group', categories: [...categories], counts, missing: 0 }, ...more,
    },
  };
}
const numbered = (n: number): string[] => Array.from({ length: n }, (_, i) => `group ${i}`);

/** Elements as [name, attributes], after checking that the document is well formed: balanced, quoted, escaped. */
function elements(svg: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: (typeof found)[number][] = [];
  let at = svg.indexOf('?>') + 2;
  expect(svg.startsWith('<?xml version="1.0" encoding="UTF-8"?>')).toBe(true);
  const token = /<\/([\w]+)>|<([\w]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  while (at < svg.length) {
    token.lastIndex = at;
    const match = token.exec(svg);
    if (!match) throw new Error(`not well formed at: ${svg.slice(at, at + 80)}`);
    at = token.lastIndex;
    const [, closing, name, list, selfClosed, text] = match;
    if (closing !== undefined) expect(open.pop()?.name).toBe(closing);
    else if (name !== undefined) {
      const attributes = Object.fromEntries([...list!.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map((pair) => [pair[1]!, pair[2]!]));
      const one = { name, attributes, text: '' };
      found.push(one);
      if (selfClosed === '') open.push(one);
    } else for (const parent of open) parent.text += text!;
    expect((text ?? list ?? '').replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
  }
  expect(open).toEqual([]);
  return found;
}
const texts = (svg: string): string[] => elements(svg).filter((one) => one.name === 'text').map((one) => one.text);
const drawnIn = (svg: string): number => elements(svg).filter((one) => one.name === 'path').reduce((sum, one) => sum + (one.attributes['d']!.match(/M/g)?.length ?? 0), 0);

describe('scatterFigure', () => {
  test('draws every cell once, names every category with its count', () => {
    const svg = scatterFigure([{ view: view(1000, numbered(12)) }], options);
    expect(drawnIn(svg)).toBe(1000);
    const words = texts(svg);
    for (const name of numbered(12)) expect(words).toContain(name);
    expect(words).toEqual(expect.arrayContaining(['group', 'UMAP1', 'UMAP2', '84', '1,000 cells · Truckee 0.1.0']));
  });

  test('panels stand below each other in one column', () => {
    const one = elements(scatterFigure([{ view: view(50, ['a']) }], options))[0]!.attributes;
    const svg = scatterFigure([{ view: view(50, ['a']), title: 'cell_line' }, { view: view(50, ['b']), title: 'plate' }], options);
    const two = elements(svg)[0]!.attributes;
    expect(two['width']).toBe(one['width']);
    expect(Number(two['height'])).toBeGreaterThan(1.8 * Number(one['height']));
    expect(texts(svg).filter((text) => text === 'cell_line' || text === 'plate')).toEqual(['cell_line', 'plate']);
  });

  test('says demo, sample, lost cells and version', () => {
    const lost = view(10, ['a'], { demo: true, points: 10, placed: 40, cells: 12_000 });
    lost.x[3] = Number.NaN;
    const foot = texts(scatterFigure([{ view: lost }], options)).slice(-4).join(' ');
    for (const words of ['Demo data', 'sample of 40 of 12,000 cells', '10 of 40 cells drawn', '1 cell without a position', 'Truckee 0.1.0']) expect(foot).toContain(words);
    expect(scatterFigure([{ view: view(10, ['a']) }], options)).not.toContain('Demo');
  });

  test('labels from files cannot become markup', () => {
    const evil = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onload='x", '&lt;b&gt;', ']]>', '\u0000\u0001\ud800', '<!--', '\u202Eabc', 'a\nb', '&#60;svg&#62;'];
    const svg = scatterFigure([{ view: view(100, evil, { axes: [evil[0]!, evil[1]!], basis: evil[0]!, color: { kind: 'categories', column: evil[1]!, categories: evil, counts: evil.map(() => 10), missing: 3 } }), title: evil[1]! }], { ...options, title: evil[0]!, version: evil[2]! });
    const names = new Set(elements(svg).map((one) => one.name));
    expect([...names].sort()).toEqual(['circle', 'desc', 'g', 'path', 'rect', 'svg', 'text', 'title']);
    for (const { attributes } of elements(svg)) for (const name of Object.keys(attributes)) expect(name).not.toMatch(/^on|href|style/);
    expect(svg).not.toMatch(/[\u0000-\u0008\ufffe]|[\ud800-\udfff](?<!\p{Cs}{2})/u);
  });

  test.each([[20_001, 12], [150_000, 102], [400_000, 50]])('%i cells in %i groups stay below 5 MB', (n, groups) => {
    const svg = scatterFigure([{ view: view(n, numbered(groups)) }], options);
    expect(svg.length).toBeLessThan(5e6);
    elements(svg);
  });

  test('beyond 40 categories the most frequent are named and the rest is summed up', () => {
    const categories = numbered(60);
    const counts = categories.map((_, i) => (i === 59 ? 5000 : 60 - i));
    const words = texts(scatterFigure([{ view: view(200, categories, { color: { kind: 'categories', column: 'c', categories, counts, missing: 0 } }) }], options));
    expect(words).toContain('group 59');
    expect(words).not.toContain('group 58');
    expect(words).toContain('and 21 more');
    const named = words.filter((word) => /^group \d+$/.test(word)).map((word) => Number(word.slice(6)));
    expect(named).toHaveLength(39);
    expect(words).toContain(counts.filter((_, i) => !named.includes(i)).reduce((a, b) => a + b, 0).toLocaleString('en-US'));
  });

  test('cells without a label are light grey, below the others, and counted', () => {
    const some = view(100, ['a', 'b']);
    some.codes!.fill(-1, 0, 30);
    const color: ViewColor = { kind: 'categories', column: 'c', categories: ['a', 'b'], counts: [35, 35], missing: 30 };
    const svg = scatterFigure([{ view: { ...some, header: { ...some.header, color } } }], options);
    const first = elements(svg).find((one) => one.name === 'path')!;
    expect(first.attributes['stroke']).toBe('#d3d3d3');
    expect(first.attributes['d']!.match(/M/g)).toHaveLength(30);
    expect(texts(svg)).toEqual(expect.arrayContaining(['no value', '30']));
  });

  test('numbers: high values are drawn last, the scale has its ends', () => {
    const base = view(500, []);
    const values = Float32Array.from({ length: 500 }, (_, i) => (i === 7 ? Number.NaN : i));
    const svg = scatterFigure([{ view: { ...base, codes: null, values, header: { ...base.header, color: { kind: 'numbers', column: 'n', min: 0, max: 499, missing: 1 } } } }], options);
    const strokes = elements(svg).filter((one) => one.name === 'path' && one.attributes['d']!.includes('h0')).map((one) => one.attributes['stroke']!);
    expect(strokes[0]).toBe('#d3d3d3');
    expect(strokes.slice(1)).toEqual(numberColors.filter((color) => strokes.includes(color)));
    expect(texts(svg)).toEqual(expect.arrayContaining(['0', '100', '400', 'no value: 1']));
  });

  test.each([0, 5])('numbers that are all missing (%i cells)', (n) => {
    const color = { kind: 'numbers', column: 'n', min: null, max: null, missing: n } as const;
    const base = view(n, []);
    const svg = scatterFigure([{ view: { ...base, codes: null, values: new Float32Array(n).fill(Number.NaN), header: { ...base.header, color } } }], options);
    expect(svg).not.toContain('NaN');
    expect(drawnIn(svg)).toBe(n);
    expect(texts(svg).includes('no value')).toBe(n > 0);
  });

  test('nothing to draw, one cell, all cells on one spot', () => {
    expect(texts(scatterFigure([{ view: view(0, ['a']) }], options))).toContain('no cells');
    for (const n of [1, 5]) {
      const one = view(n, ['a']);
      one.x.fill(3);
      one.y.fill(3);
      const svg = scatterFigure([{ view: one }], options);
      expect(svg).not.toContain('NaN');
      expect(drawnIn(svg)).toBe(n);
    }
  });

  test('is the same every time', () => expect(scatterFigure([{ view: view(30_000, numbered(9)) }], options)).toBe(scatterFigure([{ view: view(30_000, numbered(9)) }], options)));
});

test('a PCA axis carries its share of variance; the variance figure has a bar for each component', () => {
  const ratio = [0.25, 0.125, 0.0625];
  expect(texts(scatterFigure([{ view: view(20, ['a'], { axes: ['PC1', 'PC3'], varianceRatio: ratio }) }], options))).toEqual(expect.arrayContaining(['PC1 (25.0 %)', 'PC3 (6.3 %)']));
  const svg = varianceFigure(ratio, true, options);
  const bars = elements(svg).filter((one) => one.name === 'rect' && one.attributes['fill'] === okabeIto[0]).map((one) => Number(one.attributes['height']));
  expect(bars).toHaveLength(3);
  expect(bars[0]! / bars[1]!).toBeCloseTo(2, 2);
  expect(texts(svg)).toContain('Running total (43.8 %)');
  elements(varianceFigure([], false, options));
});

describe('parts', () => {
  test('palettes are those scanpy picks by number, colour-blind safe for few', () => {
    expect([okabeIto, default20, default28, default102].map((list) => new Set(list).size)).toEqual([8, 20, 28, 102]);
    expect([8, 9, 21, 29, 103].map((n) => categoryColors(n)[0])).toEqual(['#0072b2', '#1f77b4', '#023fa5', '#ffff00', plainGrey]);
    for (const color of [...default102, ...numberColors]) expect(color).toMatch(/^#[0-9a-f]{6}$/);
  });

  test('the map for numbers grows lighter at every step', () => {
    const luminance = numberColors.map((hex) => {
      const [r, g, b] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    });
    luminance.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(luminance[i]!));
    expect(luminance[0]).toBeLessThan(0.05);
    expect(luminance.at(-1)).toBeGreaterThan(0.7);
    expect([numberStep(0, 0, 1), numberStep(1, 0, 1), numberStep(Number.NaN, 0, 1), numberStep(5, 5, 5), numberStep(1, null, null)]).toEqual([0, 63, -1, 32, -1]);
  });

  test('point size follows 120000 / n within limits', () => {
    expect(dotDiameter(12_000)).toBeCloseTo(Math.sqrt(10) * (4 / 3), 10);
    expect(dotDiameter(10)).toBe(7);
    expect(dotDiameter(1e7)).toBe(0.9);
  });

  test('text fits or ends in an ellipsis; grapheme clusters stay whole', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 30, max: 200 }), (text, width) => {
      const fitted = fitText(text, 12, width);
      return fitted === text ? textWidth(text, 12) <= width : fitted.endsWith('…') && textWidth(fitted, 12) <= width + 12;
    }));
  });

  test('ticks are round and inside', () => {
    fc.assert(fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (min, range) => {
      const ticks = niceTicks(min, min + range);
      return ticks.length <= 12 && ticks.every((tick) => tick >= min - range * 0.01 - 1e-9 * Math.abs(min) && tick <= min + range * 1.01 + 1e-9 * Math.abs(min)) || ticks.length === 1;
    }));
    expect(niceTicks(0, 499)).toEqual([0, 100, 200, 300, 400]);
    expect([shortNumber(1234567), shortNumber(0.00012), shortNumber(-2.5), shortNumber(12345)]).toEqual(['1.23e6', '1.2e−4', '−2.5', '12,345']);
  });

  test('coordinates are short and right', () => {
    fc.assert(fc.property(fc.double({ min: -500, max: 500, noNaN: true }), (value) => Math.abs(Number(tenth(value)) - value) <= 0.0501));
    expect([tenth(0.52), tenth(-0.5), tenth(3), tenth(-0.01)]).toEqual(['.5', '-.5', '3', '0']);
  });

  test('escaping leaves nothing that XML takes for its own', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"']/.test(escapeXml(text))));
    expect(escapeXml('a & <b> "c" \u0007')).toBe('a &amp; &lt;b&gt; &quot;c&quot; \ufffd');
  });
});
