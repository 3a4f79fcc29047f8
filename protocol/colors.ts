/** Which colour a category or a number gets: the same on a screen and in a figure. */
import { default102, default20, default28, okabeIto, plainGrey } from './palettes.table.ts';

/** One colour per category, in order. */
export function categoryColors(categories: number): string[] {
  const palette = [okabeIto, default20, default28, default102].find((list) => list.length >= categories);
  return Array.from({ length: categories }, (_, i) => palette?.[i] ?? plainGrey);
}

/** Steps of the map for numbers: fine enough to look continuous, few enough to group points by colour. */
export const mapSteps = 64;

/**
 * From deep violet over blue and green to yellow, made in OKLCH (Ottosson 2020): lightness rises evenly, so that it also
 * reads in grey and for colour-blind eyes; hue turns by equal steps.
 */
export const numberColors: readonly string[] = Array.from({ length: mapSteps }, (_, i) => {
  const t = i / (mapSteps - 1);
  return oklch(0.26 + 0.66 * t, 0.115 + 0.05 * Math.sin(Math.PI * t) * t + 0.04 * t * t, 304 - 198 * t);
});

/** Colour of a value on the map; `null` range or a value that is none gives undefined. */
export function numberStep(value: number, min: number | null, max: number | null): number {
  if (min === null || max === null || Number.isNaN(value)) return -1;
  if (max <= min) return Math.floor(mapSteps / 2);
  return Math.min(mapSteps - 1, Math.max(0, Math.floor(((value - min) / (max - min)) * mapSteps)));
}

/** Lightness 0..1, chroma and hue (degrees) to hex; chroma is lowered until the colour exists in sRGB. */
function oklch(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180;
  for (let c = chroma; ; c -= 0.002) {
    const rgb = oklabToLinear(lightness, c * Math.cos(angle), c * Math.sin(angle));
    if (c > 0 && rgb.some((channel) => channel < -1e-4 || channel > 1 + 1e-4)) continue;
    return `#${rgb.map((channel) => Math.round(255 * gamma(Math.min(1, Math.max(0, channel)))).toString(16).padStart(2, '0')).join('')}`;
  }
}

function oklabToLinear(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function gamma(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
