/**
 * The upper tail of the standard normal distribution, right in its relative error however far out: p-values of large
 * groups are far smaller than what 1 - Phi(z) can tell, and below 1e-308 only their logarithm is left.
 */

/** Chebyshev coefficients of (1 + 2x) exp(x^2) erfc(x) over t = (x - 3.75) / (x + 3.75), x from 0 to infinity. */
const degree = 40;
const pivot = 3.75;
const coefficients = fitScaled();

/** exp(x^2) erfc(x) for x >= 0; relative error about 1e-15. */
export function scaledErfc(x: number): number {
  const t = (x - pivot) / (x + pivot);
  let [b0, b1, b2] = [0, 0, 0];
  for (let k = degree; k >= 0; k--) {
    b2 = b1;
    b1 = b0;
    b0 = 2 * t * b1 - b2 + coefficients[k]!;
  }
  return (b0 - t * b1) / (1 + 2 * x);
}

/** P(|Z| > z) for z >= 0, and its natural logarithm, which does not underflow. */
export function twoSidedNormal(z: number): { readonly p: number; readonly logP: number } {
  const x = z / Math.SQRT2;
  const scaled = scaledErfc(x);
  return { p: Math.min(1, scaled * Math.exp(-x * x)), logP: Math.min(0, Math.log(scaled) - x * x) };
}

function fitScaled(): Float64Array {
  const nodes = degree + 1;
  const values = Float64Array.from({ length: nodes }, (_, j) => {
    const t = Math.cos((Math.PI * (j + 0.5)) / nodes);
    const x = (pivot * (1 + t)) / (1 - t);
    return (1 + 2 * x) * directScaled(x);
  });
  return Float64Array.from({ length: nodes }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < nodes; j++) sum += values[j]! * Math.cos((Math.PI * k * (j + 0.5)) / nodes);
    return (k === 0 ? 1 : 2) * (sum / nodes);
  });
}

/** By the power series of erf near 0, by the continued fraction of erfc farther out. */
function directScaled(x: number): number {
  if (x < 1.5) {
    // erf(x) = 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)): no term changes sign
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-18; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return Math.exp(x * x) - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let tail = x;
  for (let n = 200; n >= 1; n--) tail = x + n / 2 / tail;
  return 1 / (Math.sqrt(Math.PI) * tail);
}
