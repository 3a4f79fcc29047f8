/** Points inside a closed polygon, by the even-odd rule; points without a place are outside. */

/** `values`: rows of `width` numbers, of which two columns are the place. One flag per row. */
export function insidePolygon(values: ArrayLike<number>, width: number, axes: readonly [number, number], corners: readonly (readonly [number, number])[]): Uint8Array {
  const rows = Math.floor(values.length / width);
  const inside = new Uint8Array(rows);
  const [xs, ys] = [Float64Array.from(corners, (corner) => corner[0]), Float64Array.from(corners, (corner) => corner[1])];
  const n = xs.length;
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  for (let row = 0; row < rows; row++) {
    const [x, y] = [values[row * width + axes[0]]!, values[row * width + axes[1]]!];
    if (!(x >= left && x <= right && y >= low && y <= high)) continue;
    let odd = false;
    for (let a = 0, b = n - 1; a < n; b = a++) {
      if (ys[a]! > y !== ys[b]! > y && x < ((xs[b]! - xs[a]!) * (y - ys[a]!)) / (ys[b]! - ys[a]!) + xs[a]!) odd = !odd;
    }
    inside[row] = odd ? 1 : 0;
  }
  return inside;
}
