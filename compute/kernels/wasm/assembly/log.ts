// ln(1 + x) in float64, rounded to float32 by its callers. AssemblyScript's own log1p is a float64 routine good to one
// unit in the last place, so after rounding to float32 it differs from JavaScript's only where the exact value lies
// within about 1e-16 (relative) of a rounding border: one unit of float32 at most, practically never.

/** float32(ln(1 + float32(value * factor)) * scale); scale 0 means no logarithm. */
export function lognorm(value: f32, factor: f64, scale: f64): f32 {
  const scaled = <f32>(<f64>value * factor);
  return scale == 0 ? scaled : <f32>(Math.log1p(<f64>scaled) * scale);
}
