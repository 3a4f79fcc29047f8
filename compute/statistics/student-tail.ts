/** The two-sided tail of Student's t through the incomplete beta function, right in its relative error far out. */

/** P(|T| > |t|) with `df` degrees of freedom (any real number above 0), and its natural logarithm. */
export function twoSidedStudent(t: number, df: number): { readonly p: number; readonly logP: number } {
  if (t === 0) return { p: 1, logP: 0 };
  if (!Number.isFinite(t)) return { p: 0, logP: Number.NEGATIVE_INFINITY };
  const ratio = (t * t) / df;
  const a = df / 2;
  const x = 1 / (1 + ratio);
  const y = ratio / (1 + ratio);
  // ln of x^a y^(1/2) / B(a, 1/2)
  const front = -a * Math.log1p(ratio) + 0.5 * Math.log(y) + Math.log(gammaRatio(a)) - 0.5 * Math.log(Math.PI);
  if (x < (a + 1) / (a + 2.5)) {
    const logP = front - Math.log(a) + Math.log(betaFraction(a, 0.5, x));
    return { p: Math.exp(logP), logP: Math.min(0, logP) };
  }
  const p = 1 - Math.exp(front) * 2 * betaFraction(0.5, a, y);
  return { p, logP: Math.log(p) };
}

/** Gamma(a + 1/2) / Gamma(a): by its asymptotic series, reached by the recurrence from small a. */
export function gammaRatio(a: number): number {
  let factor = 1;
  let at = a;
  for (; at < 24; at += 1) factor *= at / (at + 0.5);
  const s = 1 / at;
  const series = s * (-1 / 8 + s * s * (1 / 192 + s * s * (-1 / 640 + s * s * (17 / 14336 + s * s * (-31 / 18432)))));
  return factor * Math.sqrt(at) * Math.exp(series);
}

const tiny = 1e-300;

/** Continued fraction of the incomplete beta function by Lentz's method. */
function betaFraction(a: number, b: number, x: number): number {
  const guarded = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return h;
}
