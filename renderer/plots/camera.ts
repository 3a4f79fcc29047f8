/** Where a plot looks: the centre in data units and how many pixels a unit takes. Pure arithmetic, y upwards. */

export interface Camera {
  readonly x: number;
  readonly y: number;
  /** Pixels per data unit, the same on both axes: distances in an embedding are comparable. */
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Bounds {
  readonly minX: number;
  readonly maxX: number;
  readonly minY: number;
  readonly maxY: number;
}

/** Of the points that have a place; a unit square around zero when none has. */
export function boundsOf(x: Float32Array, y: Float32Array): Bounds {
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [x[i]!, y[i]!];
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    if (px < minX) minX = px;
    if (px > maxX) maxX = px;
    if (py < minY) minY = py;
    if (py > maxY) maxY = py;
  }
  return minX <= maxX ? { minX, maxX, minY, maxY } : { minX: -0.5, maxX: 0.5, minY: -0.5, maxY: 0.5 };
}

/** Everything in view, with a margin of a twentieth. */
export function fit(bounds: Bounds, size: Size): Camera {
  const width = Math.max(bounds.maxX - bounds.minX, 1e-6);
  const height = Math.max(bounds.maxY - bounds.minY, 1e-6);
  return { x: (bounds.minX + bounds.maxX) / 2, y: (bounds.minY + bounds.maxY) / 2, scale: 0.9 * Math.min(size.width / width, size.height / height) };
}

export function toPixels(camera: Camera, size: Size, x: number, y: number): { px: number; py: number } {
  return { px: size.width / 2 + (x - camera.x) * camera.scale, py: size.height / 2 - (y - camera.y) * camera.scale };
}

export function toData(camera: Camera, size: Size, px: number, py: number): { x: number; y: number } {
  return { x: camera.x + (px - size.width / 2) / camera.scale, y: camera.y - (py - size.height / 2) / camera.scale };
}

/** Drags the picture by so many pixels. */
export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y + dy / camera.scale };
}

/** The point under the pointer stays where it is. */
export function zoomAt(camera: Camera, size: Size, px: number, py: number, factor: number): Camera {
  const before = toData(camera, size, px, py);
  const scale = Math.min(1e7, Math.max(1e-4, camera.scale * factor));
  return { scale, x: before.x - (px - size.width / 2) / scale, y: before.y + (py - size.height / 2) / scale };
}

/** Flags points inside a closed polygon given in data units (even-odd rule). */
export function insidePolygon(x: Float32Array, y: Float32Array, polygon: readonly { readonly x: number; readonly y: number }[]): Uint8Array {
  const inside = new Uint8Array(x.length);
  const corners = polygon.length;
  if (corners < 3) return inside;
  const bounds = boundsOf(Float32Array.from(polygon, (corner) => corner.x), Float32Array.from(polygon, (corner) => corner.y));
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [x[i]!, y[i]!];
    if (!(px >= bounds.minX && px <= bounds.maxX && py >= bounds.minY && py <= bounds.maxY)) continue;
    let odd = false;
    for (let a = 0, b = corners - 1; a < corners; b = a++) {
      const [p, q] = [polygon[a]!, polygon[b]!];
      if (p.y > py !== q.y > py && px < ((q.x - p.x) * (py - p.y)) / (q.y - p.y) + p.x) odd = !odd;
    }
    inside[i] = odd ? 1 : 0;
  }
  return inside;
}
