/** The order of many numbers, stable, in four counting passes over their bits: ten million take a second, not ten. */

/** Positions by ascending or descending value; equal values keep their order, NaN comes last either way. */
export function argsort(values: Float64Array, descending: boolean): Uint32Array {
  const n = values.length;
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
  let order = new Uint32Array(n);
  let next = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  // Bits of a float sort like an unsigned number once the sign is turned, and negative ones altogether.
  const digits = new Uint16Array(n);
  for (let pass = 0; pass < 4; pass++) {
    const [word, shift] = [pass >> 1, (pass & 1) * 16];
    const counts = new Uint32Array(65_537);
    for (let i = 0; i < n; i++) {
      const value = values[i]!;
      let digit: number;
      // Above infinity in both directions: the leading bits of no number are all ones.
      if (value !== value) digit = 0xffff;
      else {
        // -0 and 0 are one value.
        const negative = value < 0;
        const bits = value === 0 ? 0 : words[2 * i + word]!;
        digit = (bits >>> shift) & 0xffff;
        if (negative) digit = ~digit & 0xffff;
        else if (pass === 3) digit |= 0x8000;
        if (descending) digit = ~digit & 0xffff;
      }
      digits[i] = digit;
      counts[digit + 1]!++;
    }
    for (let d = 0; d < 65_536; d++) counts[d + 1]! += counts[d]!;
    for (let at = 0; at < n; at++) {
      const i = order[at]!;
      next[counts[digits[i]!]!++] = i;
    }
    [order, next] = [next, order];
  }
  return order;
}
