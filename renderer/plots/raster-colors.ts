/** Pixels of a binned map: hue from the commonest label or the mean, strength from how many cells a square holds. */
import { mapSteps, numberColors, numberStep } from '../../protocol/colors.ts';
import type { Raster } from '../../protocol/raster-file.ts';
import { missingGrey } from '../../protocol/palettes.table.ts';
import { labelColors, plainTone, rgbOf } from './point-colors.ts';

export interface RasterPaint {
  readonly dark: boolean;
  /** Labels in the order that gives them their colours; the raster's own order when the legend has none. */
  readonly labels: readonly string[] | null;
  /** Replaces the raster's own colour, as a value per square (a gene, from a sample). */
  readonly values?: { readonly perSquare: Float32Array; readonly min: number | null; readonly max: number | null };
}

/** Alpha of a square with one cell, of the fullest, and of one whose cells were all set aside. */
const [faintest, fullest, aside] = [130, 255, 36];

/** RGBA, rows from the top. */
export function paintRaster(raster: Raster, { dark, labels, values: given }: RasterPaint): Uint8ClampedArray<ArrayBuffer> {
  const { all, chosen, codes, values, header } = raster;
  const out = new Uint8ClampedArray(4 * all.length);
  const missing = rgbOf(dark ? '#6b7280' : missingGrey);
  const quiet = rgbOf(dark ? '#9ca3af' : '#6b7280');
  const tone = rgbOf(plainTone);
  const own = header.color?.kind === 'categories' ? header.color.categories : [];
  const order = labels ?? own;
  const palette = labelColors(order.length, dark).map(rgbOf);
  const places = new Map(order.map((label, i) => [label, i]));
  const tints = own.map((label) => palette[places.get(label) ?? -1] ?? missing);
  const steps = numberColors.map(rgbOf);
  const range = given ?? (header.color?.kind === 'numbers' ? { perSquare: values!, ...header.color } : null);
  let most = 1;
  for (const count of chosen) if (count > most) most = count;
  const scale = (fullest - faintest) / Math.log1p(most);
  for (let i = 0; i < all.length; i++) {
    if (all[i] === 0) continue;
    const count = chosen[i]!;
    let color = tone;
    if (count === 0) color = quiet;
    else if (range) {
      const step = numberStep(range.perSquare[i]!, range.min, range.max);
      color = step < 0 ? missing : steps[Math.min(mapSteps - 1, step)]!;
    } else if (codes) color = codes[i]! < 0 ? missing : tints[codes[i]!]!;
    out[4 * i] = color[0];
    out[4 * i + 1] = color[1];
    out[4 * i + 2] = color[2];
    out[4 * i + 3] = count === 0 ? aside : faintest + scale * Math.log1p(count);
  }
  return out;
}

/** Mean of a sample's values in every square of a raster; NaN where the sample has no cell. */
export function meansPerSquare({ header: { width, height, region } }: Raster, x: Float32Array, y: Float32Array, values: Float32Array): Float32Array {
  const [x0, y0, x1, y1] = region;
  const [sums, counts] = [new Float64Array(width * height), new Uint32Array(width * height)];
  for (let i = 0; i < x.length; i++) {
    if (!(x[i]! >= x0 && x[i]! <= x1 && y[i]! >= y0 && y[i]! <= y1) || Number.isNaN(values[i]!)) continue;
    const column = Math.min(width - 1, Math.floor(((x[i]! - x0) / (x1 - x0)) * width));
    const square = Math.min(height - 1, Math.floor(((y1 - y[i]!) / (y1 - y0)) * height)) * width + column;
    sums[square]! += values[i]!;
    counts[square]! += 1;
  }
  return Float32Array.from(sums, (sum, i) => (counts[i] === 0 ? Number.NaN : sum / counts[i]!));
}
