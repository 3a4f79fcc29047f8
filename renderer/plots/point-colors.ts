/** A colour for every point, four bytes each: from a category, a number, or one plain tone; points set aside fade out. */
import { categoryColors, mapSteps, numberColors, numberStep } from '../../protocol/colors.ts';
import { missingGrey } from '../../protocol/palettes.table.ts';
import type { View } from '../../protocol/view-file.ts';

export interface PaintOptions {
  /** Categories to show in full; null shows all. */
  readonly shown: ReadonlySet<number> | null;
  /** Points that passed every filter and selection; null for all. */
  readonly chosen: Uint8Array | null;
  readonly dark: boolean;
}

export const plainTone = '#0f766e';
/** Alpha of a point, and of one that was set aside. */
const full = 235;
const faded = 28;

type Rgb = readonly [number, number, number];

export function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Colours of categories; on a dark page those that would vanish are mixed with white until they show, each in its own hue. */
export function labelColors(categories: number, dark: boolean): string[] {
  return categoryColors(categories).map((color) => (dark ? lifted(color) : color));
}

function lifted(color: string): string {
  let rgb = rgbOf(color);
  while (luminance(rgb) < 0.09) rgb = [rgb[0] + (255 - rgb[0]) * 0.12, rgb[1] + (255 - rgb[1]) * 0.12, rgb[2] + (255 - rgb[2]) * 0.12];
  return `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

function luminance([r, g, b]: Rgb): number {
  const linear = (channel: number): number => ((channel / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** RGBA of all points, in their order. */
export function paint(view: View, options: PaintOptions): Uint8Array {
  const { codes, values, header, x } = view;
  const out = new Uint8Array(4 * x.length);
  const missing = rgbOf(options.dark ? '#4b5563' : missingGrey);
  const tone = rgbOf(plainTone);
  const labels = header.color?.kind === 'categories' ? labelColors(header.color.categories.length, options.dark).map(rgbOf) : [];
  const steps = numberColors.map(rgbOf);
  const range = header.color?.kind === 'numbers' ? header.color : null;
  for (let i = 0; i < x.length; i++) {
    let color = tone;
    let shown = options.chosen === null || options.chosen[i] === 1;
    if (codes) {
      const code = codes[i]!;
      color = code < 0 ? missing : labels[code]!;
      shown &&= options.shown === null || options.shown.has(code);
    } else if (values && range) {
      const step = numberStep(values[i]!, range.min, range.max);
      color = step < 0 ? missing : steps[Math.min(mapSteps - 1, step)]!;
    }
    out[4 * i] = color[0];
    out[4 * i + 1] = color[1];
    out[4 * i + 2] = color[2];
    out[4 * i + 3] = shown ? full : faded;
  }
  return out;
}
