/** How far an axis reaches, where it has its ticks, and which dots of a scatter carry their names. */

/** Round values (1, 2 or 5 times a power of ten) inside a range, about as many as wanted. */
export function ticksIn(low: number, high: number, about = 5): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [low];
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiplied, not added up: 0.3 is not 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/**
 * From the least to the largest finite value, wider by `air` of that at either end; a single value lies in the middle. `shape`: how values lie on
 * the axis; one that has no place there (0 on a logarithmic one) counts for nothing.
 */
export function rangeOf(values: ArrayLike<number>, air = 0, shape: (value: number) => number = (value) => value): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const at = shape(values[i]!);
    if (Number.isFinite(at)) [low, high] = [Math.min(low, at), Math.max(high, at)];
  }
  if (low > high) return [0, 1];
  return low < high ? [low - air * (high - low), high + air * (high - low)] : [low - 1, low + 1];
}

/** Powers of ten inside a range of exponents, every second or third one where there are many. */
export function powersIn(low: number, high: number, most = 6): number[] {
  const [first, last] = [Math.ceil(low - 1e-9), Math.floor(high + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first + 1) / most));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i).filter((exponent) => exponent % every === 0);
}

export interface NameAt {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
}

export interface Dot {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Names beside their dots, the first ones first; one that would lie over another is left out. `size`: of the letters; `right`: where the drawing ends. */
export function placedNames(dots: readonly Dot[], size: number, right: number): NameAt[] {
  const taken: { left: number; right: number; y: number }[] = [];
  const placed: NameAt[] = [];
  for (const { text, x, y } of dots) {
    const wide = text.length * size * 0.62;
    const anchor = x + 4 + wide > right ? 'end' : 'start';
    const box = anchor === 'start' ? { left: x + 4, right: x + 4 + wide, y } : { left: x - 4 - wide, right: x - 4, y };
    if (taken.some((other) => Math.abs(other.y - y) < size && other.left < box.right && box.left < other.right)) continue;
    taken.push(box);
    placed.push({ text, x: anchor === 'start' ? x + 4 : x - 4, y: y + size * 0.35, anchor });
  }
  return placed;
}
