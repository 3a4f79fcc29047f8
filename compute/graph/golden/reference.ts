/** For tests: reference.json (see make.py), unpacked, and small clouds of points to try the algorithms on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CsrGraph } from '../csr.ts';
import type { Knn } from '../knn.ts';
import { createRandom } from '../../random/random.ts';

interface PackedReference {
  readonly rows: number;
  readonly dims: number;
  readonly k: number;
  readonly points: string;
  readonly euclidean: { readonly indices: string; readonly distances: string };
  readonly cosine: { readonly indices: string; readonly distances: string };
  readonly connectivities: { readonly indptr: string; readonly indices: string; readonly values: string };
  readonly curves: readonly { readonly spread: number; readonly minDist: number; readonly a: number; readonly b: number }[];
  readonly layout: string;
  readonly trustworthiness: number;
  readonly leiden: readonly { readonly resolution: number; readonly quality: number; readonly membership: string }[];
}

const packed = JSON.parse(readFileSync(join(import.meta.dirname, 'reference.json'), 'utf8')) as PackedReference;
const bytes = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text, 'base64')).buffer;
const int32 = (text: string): Int32Array => new Int32Array(bytes(text));
const float32 = (text: string): Float32Array => new Float32Array(bytes(text));
const knn = (part: PackedReference['euclidean']): Knn => ({
  k: packed.k, indices: int32(part.indices), distances: float32(part.distances),
});
const { connectivities } = packed;

export const reference = {
  rows: packed.rows,
  dims: packed.dims,
  k: packed.k,
  points: float32(packed.points),
  euclidean: knn(packed.euclidean),
  cosine: knn(packed.cosine),
  connectivities: {
    n: packed.rows, indptr: int32(connectivities.indptr), indices: int32(connectivities.indices), values: float32(connectivities.values),
  } satisfies CsrGraph,
  curves: packed.curves,
  layout: float32(packed.layout),
  trustworthiness: packed.trustworthiness,
  leiden: packed.leiden.map((run) => ({ ...run, membership: int32(run.membership) })),
};

/** Normal clouds around `groups` random centres, `apart` standard deviations from one another in each dimension. */
export function clouds(n: number, dims: number, groups: number, apart: number, seed: number): { points: Float32Array; labels: Int32Array } {
  const random = createRandom(seed);
  const centres = Float64Array.from({ length: groups * dims }, () => apart * random.normal());
  const labels = Int32Array.from({ length: n }, () => random.below(groups));
  const points = new Float32Array(n * dims);
  for (let i = 0; i < points.length; i++) {
    points[i] = centres[labels[Math.floor(i / dims)]! * dims + (i % dims)]! + random.normal();
  }
  return { points, labels };
}

/** Share of the true neighbours that were found. */
export function recall(found: Knn, truth: Knn, n: number): number {
  let hits = 0;
  for (let row = 0; row < n; row++) {
    const wanted = new Set(truth.indices.subarray(row * truth.k, (row + 1) * truth.k));
    for (let e = row * found.k; e < (row + 1) * found.k; e++) if (wanted.has(found.indices[e]!)) hits++;
  }
  return hits / (n * truth.k);
}

/** Agreement of two groupings beyond chance: 1 when equal up to names (Hubert and Arabie 1985). */
export function adjustedRand(a: ArrayLike<number | string>, b: ArrayLike<number | string>): number {
  const both = new Map<string, number>();
  const left = new Map<string, number>();
  const right = new Map<string, number>();
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (let i = 0; i < a.length; i++) {
    count(both, `${a[i]}|${b[i]}`);
    count(left, String(a[i]));
    count(right, String(b[i]));
  }
  const pairs = (map: Map<string, number>): number => [...map.values()].reduce((sum, m) => sum + (m * (m - 1)) / 2, 0);
  const expected = (pairs(left) * pairs(right)) / ((a.length * (a.length - 1)) / 2);
  return (pairs(both) - expected) / ((pairs(left) + pairs(right)) / 2 - expected);
}
