/** The curve 1 / (1 + a d^(2b)) by which UMAP turns a distance in the picture into a membership. */

export interface LayoutCurve {
  readonly a: number;
  readonly b: number;
}

const samples = 300;
const mostSteps = 200;

/**
 * Least-squares fit of the curve to the wanted membership: 1 up to minDist, then exp(-(d - minDist) / spread), at 300 equal
 * steps from 0 to 3 spread (Levenberg-Marquardt from a = b = 1).
 */
export function fitCurve(spread: number, minDist: number): LayoutCurve {
  const distance = Float64Array.from({ length: samples }, (_, i) => (3 * spread * i) / (samples - 1));
  const wanted = distance.map((d) => (d < minDist ? 1 : Math.exp(-(d - minDist) / spread)));
  let best = { a: 1, b: 1 };
  let error = squaredError(distance, wanted, best);
  let damping = 1e-3;
  for (let step = 0; step < mostSteps; step++) {
    const next = dampedStep(distance, wanted, best, damping);
    const nextError = next.a > 0 ? squaredError(distance, wanted, next) : Infinity;
    if (nextError < error) {
      const settled = error - nextError < 1e-14 * error;
      best = next;
      error = nextError;
      damping = Math.max(damping / 10, 1e-12);
      if (settled) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  return best;
}

function squaredError(distance: Float64Array, wanted: Float64Array, { a, b }: LayoutCurve): number {
  let sum = 0;
  for (let i = 0; i < samples; i++) sum += (1 / (1 + a * distance[i]! ** (2 * b)) - wanted[i]!) ** 2;
  return sum;
}

function dampedStep(distance: Float64Array, wanted: Float64Array, { a, b }: LayoutCurve, damping: number): LayoutCurve {
  let aa = 0;
  let ab = 0;
  let bb = 0;
  let ra = 0;
  let rb = 0;
  for (let i = 1; i < samples; i++) {
    const power = distance[i]! ** (2 * b);
    const value = 1 / (1 + a * power);
    const byA = -power * value * value;
    const byB = byA * a * 2 * Math.log(distance[i]!);
    const residual = wanted[i]! - value;
    aa += byA * byA;
    ab += byA * byB;
    bb += byB * byB;
    ra += byA * residual;
    rb += byB * residual;
  }
  aa *= 1 + damping;
  bb *= 1 + damping;
  const determinant = aa * bb - ab * ab;
  return { a: a + (bb * ra - ab * rb) / determinant, b: b + (aa * rb - ab * ra) / determinant };
}
