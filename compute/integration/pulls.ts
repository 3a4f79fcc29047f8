/** The two fields that move centroids in a turn: transport of each batch to common prototypes, and sharpening of groups. */
import type { Crew } from './crew.ts';
import { densityModeFor } from './density.ts';
import type { KMeansFit } from './kmeans.ts';
import { nearestRows, type Rows } from './search.ts';
import type { LoopSettings } from './settings.ts';
import { quantileOf } from './transport.ts';

const dampUnbalanced = 0.35;
const dampBalanced = 0.2;

/** Adds alpha_i (T(prototype of i) - prototype of i) to every row that moves. */
export async function addTransport(
  shift: Float32Array, rows: Rows, batchStart: Int32Array, bridge: Float64Array, quantile: number, it: number, seed: number, settings: LoopSettings, crew: Crew,
): Promise<void> {
  const { dims } = rows;
  const sizes = Array.from({ length: batchStart.length - 1 }, (_, b) => batchStart[b + 1]! - batchStart[b]!);
  const prototypes = await Promise.all(sizes.map((count, batch) => crew.cluster({
    rows, start: batchStart[batch]!, count, clusters: Math.min(settings.K_batch, Math.max(8, Math.trunc(2 * Math.sqrt(count)))),
    seed: seed + it + 7, density: densityModeFor(count),
  })));
  const largest = settings.reference === 'largest' && settings.ot_mode === 'unbalanced' ? sizes.indexOf(Math.max(...sizes)) : -1;
  const reference = await commonPrototypes(rows, batchStart, prototypes, largest, seed + it, settings, crew);
  const options = { reg: settings.reg, regM: settings.reg_m, mode: settings.ot_mode, quantile, kernel: settings.ot_kernel };
  await Promise.all(prototypes.map(async (fit, batch) => {
    if (batch === largest) return;
    const target = await crew.transport({ from: { values: fit.centers, n: fit.clusters, dims }, to: reference, options });
    moveBatch(shift, fit, target, batchStart[batch]!, dims, bridge, settings.ot_mode === 'balanced' ? dampBalanced : dampUnbalanced);
  }));
}

async function commonPrototypes(
  rows: Rows, batchStart: Int32Array, prototypes: readonly KMeansFit[], largest: number, seed: number, settings: LoopSettings, crew: Crew,
): Promise<Rows> {
  const { dims } = rows;
  if (largest >= 0) {
    const count = batchStart[largest + 1]! - batchStart[largest]!;
    const clusters = Math.min(settings.K_ref, Math.max(16, Math.trunc(2 * Math.sqrt(count))));
    const fit = await crew.cluster({ rows, start: batchStart[largest]!, count, clusters, seed, density: densityModeFor(count) });
    return { values: fit.centers, n: fit.clusters, dims };
  }
  const n = prototypes.reduce((sum, fit) => sum + fit.clusters, 0);
  const stacked: Rows = { values: new Float32Array(n * dims), n, dims };
  let at = 0;
  for (const fit of prototypes) {
    stacked.values.set(fit.centers, at);
    at += fit.centers.length;
  }
  const clusters = Math.min(settings.K_ref, Math.max(32, Math.trunc(2 * Math.sqrt(n))));
  const fit = await crew.cluster({ rows: stacked, start: 0, count: n, clusters, seed, density: densityModeFor(n) });
  return { values: fit.centers, n: fit.clusters, dims };
}

function moveBatch(shift: Float32Array, fit: KMeansFit, target: Float32Array, start: number, dims: number, bridge: Float64Array, damp: number): void {
  const move = target.map((value, i) => value - fit.centers[i]!);
  const norms = Float64Array.from({ length: fit.clusters }, (_, p) => Math.hypot(...move.subarray(p * dims, (p + 1) * dims)));
  const average = norms.reduce((a, b) => a + b, 0) / norms.length;
  const deviation = Math.sqrt(norms.reduce((sum, m) => sum + (m - average) ** 2, 0) / norms.length);
  const trust = norms.map((m) => 1 / (1 + m / (deviation + 1e-8)));
  fit.nearest.forEach((prototype, i) => {
    const alpha = trust[prototype]! * (1 - damp * bridge[start + i]!);
    const to = (start + i) * dims;
    for (let d = 0; d < dims; d++) shift[to + d]! += alpha * move[prototype * dims + d]!;
  });
}

const fewestPseudo = 8;

/** Adds the field that draws rows to their nearest group centre and away from the second, clearest where groups are. */
export async function addSharpening(shift: Float32Array, rows: Rows, bridge: Float64Array, seed: number, settings: LoopSettings, crew: Crew): Promise<void> {
  const { dims, n, values } = rows;
  const fit = await crew.cluster({ rows, start: 0, count: n, clusters: Math.max(fewestPseudo, settings.K_pseudo), seed: Math.abs(seed) + 31, density: 'off' });
  const { k, indices, squared } = nearestRows(crew.kernels, rows, { values: fit.centers, n: fit.clusters, dims }, 2);
  if (k < 2) return;
  const second = Float64Array.from({ length: n }, (_, row) => Math.sqrt(squared[row * 2 + 1]!));
  const usual = quantileOf(second, 0.5) + 1e-8;
  const { pull, push, sharpen } = settings;
  for (let row = 0; row < n; row++) {
    const margin = (second[row]! - Math.sqrt(squared[row * 2]!)) / usual;
    const g = 1 / (1 + Math.exp((margin - 1) / 0.8));
    const near = indices[row * 2]! * dims;
    const far = indices[row * 2 + 1]! * dims;
    const strength = 1 - 0.4 * bridge[row]!;
    const repel = bridge[row]! > 0.7 ? 0.6 : 0;
    for (let d = 0; d < dims; d++) {
      const x = values[row * dims + d]!;
      const away = x - fit.centers[far + d]!;
      shift[row * dims + d]! += sharpen * (strength * (pull * (fit.centers[near + d]! - x) + push * g * away) - repel * away);
    }
  }
}
