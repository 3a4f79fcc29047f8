/**
 * Gamma noise by table: quantiles of gamma distributions of mean 1, so that a negative binomial count costs one random
 * number (a Poisson count whose mean is the gene's mean times a random quantile).
 */

/** Ten random bits pick the quantile. */
export const noiseSteps = 1024;
/** Whole shapes, whose distribution function is a finite sum; dispersion is 1 / shape. */
export const noiseShapes = [2, 4, 8] as const;

/** P(X <= x) for a gamma (Erlang) distribution of this shape and mean 1. */
function cumulative(shape: number, x: number): number {
  const scaled = shape * x;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < shape; k++) sum += term *= scaled / k;
  return 1 - Math.exp(-scaled) * sum;
}

function quantile(shape: number, probability: number): number {
  let low = 0;
  let high = 40;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (cumulative(shape, middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The tables of all shapes one after the other, each scaled to a mean of exactly 1. */
export function noiseTables(): Float32Array {
  const tables = new Float32Array(noiseSteps * noiseShapes.length);
  noiseShapes.forEach((shape, number) => {
    const values = Float64Array.from({ length: noiseSteps }, (_, i) => quantile(shape, (i + 0.5) / noiseSteps));
    const mean = values.reduce((sum, value) => sum + value, 0) / noiseSteps;
    values.forEach((value, i) => (tables[number * noiseSteps + i] = value / mean));
  });
  return tables;
}
