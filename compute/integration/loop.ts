/**
 * The transport loop on centroids: in every turn each batch is carried towards prototypes that all share, gently where
 * batches meet or cells are few, never further than the local scale, and the turn is kept only when the score rises.
 */
import type { Knn } from '../graph/knn.ts';
import type { Crew } from './crew.ts';
import { drawWithout } from './density.ts';
import { batchEntropy, mean, overlapOf, strainOf, trustworthiness } from './measures.ts';
import { addSharpening, addTransport } from './pulls.ts';
import { gatherRows, type Rows } from './search.ts';
import { lerp, scoreOf, type IterationRecord, type LoopSettings } from './settings.ts';
import { capSteps, guardEdges, restoreScale, scaleOf, smoothShift, type LocalScale } from './steps.ts';

export interface LoopInput {
  /** N x d, rows of one batch together; not changed. */
  readonly rows: Rows;
  /** Batches + 1 offsets. */
  readonly batchStart: Int32Array;
  readonly seed: number;
}

export interface LoopResult {
  readonly rows: Rows;
  readonly mix0: number;
  readonly strain0: number;
  readonly history: readonly IterationRecord[];
  readonly stoppedEarly: boolean;
  /** False when guarded mode found nothing better than leaving all as it is: rows are then those given. */
  readonly accepted: boolean;
  readonly J_identity: number;
  readonly J: number;
  /** Of the rows returned. */
  readonly final: { readonly it: number; readonly mix: number; readonly overlap0: number; readonly strain: number; readonly tw: number };
}

export interface LoopWords {
  log(line: string): void;
  iteration(record: IterationRecord): void;
}

export async function integrateCentroids(input: LoopInput, settings: LoopSettings, crew: Crew, words: LoopWords): Promise<LoopResult> {
  const { rows: start, batchStart, seed } = input;
  const batches = batchStart.length - 1;
  const codes = codesOf(batchStart);
  const local = await localScale(start, codes, batches, settings, crew);
  const mix0 = mean(local.entropy);
  const strain0 = strainOf(start, local.graph, local.graph.distances);
  words.log(`[baseline] KNN backend=${crew.kernels.name} mix=${mix0.toFixed(4)} strain=${strain0.toFixed(5)}`);
  const target = scaleOf(start);
  let current = start;
  let best = { J: -Infinity, rows: start, overlap0: 1, it: 0, mix: mix0, strain: strain0 };
  const history: IterationRecord[] = [];
  let missed = 0;
  let stoppedEarly = false;
  for (let it = 1; it <= settings.max_iter; it++) {
    const t = (it - 1) / Math.max(1, settings.max_iter - 1);
    const moved = await move(current, { input, settings, crew, local, it, t });
    const candidate = settings.postscale ? restoreScale(moved, target) : moved;
    const lists = await crew.neighbors(candidate, settings.k_eval);
    const floor = lerp(settings.overlap0_lo, settings.overlap0_hi, t);
    const now = {
      mix: mean(batchEntropy(lists, codes, batches, settings.k_eval)), overlap0: await overlapWithStart(start, candidate, settings, seed + it, crew),
      strain: strainOf(candidate, local.graph, local.graph.distances), floor,
    };
    const J = scoreOf(now, { mix0, strain0, bestOverlap0: best.overlap0 }, settings);
    if (J > best.J + settings.tol) {
      current = candidate;
      best = { J, rows: candidate, overlap0: now.overlap0, it, mix: now.mix, strain: now.strain };
      missed = 0;
    } else missed++;
    const record: IterationRecord = { it, ...now, J, best_it: best.it };
    history.push(record);
    words.iteration(record);
    words.log(
      `[iter ${String(it).padStart(2, '0')}] mix=${now.mix.toFixed(3)} overlap0=${now.overlap0.toFixed(3)} strain=${now.strain.toFixed(5)} floor~${floor.toFixed(3)} J=${J.toFixed(3)} best_it=${best.it}`,
    );
    if (missed >= settings.patience) {
      words.log('[early stop] plateau reached.');
      stoppedEarly = true;
      break;
    }
  }
  const J_identity = settings.w_overlap;
  const accepted = settings.accept === 'parity' || best.J > J_identity + settings.tol;
  const tw = trustworthiness(start, best.rows, 30, settings.trust_subsample, seed, crew.kernels);
  words.log(`[final] it*=${best.it} mix=${best.mix.toFixed(3)} overlap0=${best.overlap0.toFixed(3)} strain=${best.strain.toFixed(5)} tw=${tw.toFixed(3)}`);
  if (!accepted) words.log(`[guard] J=${best.J.toFixed(3)} is not above J_identity=${J_identity.toFixed(3)} of doing nothing: the embedding stays as it was.`);
  return {
    rows: accepted ? best.rows : start, mix0, strain0, history, stoppedEarly, accepted, J_identity, J: best.J,
    final: accepted ? { it: best.it, mix: best.mix, overlap0: best.overlap0, strain: best.strain, tw } : { it: 0, mix: mix0, overlap0: 1, strain: strain0, tw: 1 },
  };
}

interface Turn {
  readonly input: LoopInput;
  readonly settings: LoopSettings;
  readonly crew: Crew;
  readonly local: LocalScale;
  readonly it: number;
  readonly t: number;
}

/** Rows after one turn, before scaling back. */
async function move(current: Rows, { input, settings, crew, local, it, t }: Turn): Promise<Rows> {
  const { batchStart, seed } = input;
  const shift = new Float32Array(current.values.length);
  await addTransport(shift, current, batchStart, local.bridge, lerp(settings.q_start, settings.q_end, t), it, seed, settings, crew);
  if (settings.sharpen > 0) await addSharpening(shift, current, local.bridge, seed, settings, crew);
  await crew.breathe();
  const smooth = smoothShift(shift, current.dims, local, lerp(settings.lambda0_hi, settings.lambda0_lo, t));
  const step = lerp(settings.step_lo, settings.step_hi, t);
  capSteps(smooth, current.dims, local, step, settings.max_step_local);
  await crew.breathe();
  guardEdges(smooth, current, local);
  const values = shared(current.values.length);
  for (let i = 0; i < values.length; i++) values[i] = current.values[i]! + smooth[i]!;
  return { values, n: current.n, dims: current.dims };
}

/** What is fixed at the start: the graph with its lengths, how sparse each row lies and how much batches meet there. */
async function localScale(start: Rows, codes: Int32Array, batches: number, settings: LoopSettings, crew: Crew): Promise<LocalScale & { entropy: Float64Array }> {
  const k0 = Math.max(15, settings.k_local + 5);
  const lists = await crew.neighbors(start, Math.max(k0, settings.k_eval));
  const graph = firstNeighbors(lists, k0);
  const { n } = start;
  const meanLength = new Float64Array(n);
  let least = Infinity;
  let most = -Infinity;
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let e = row * graph.k; e < row * graph.k + graph.k; e++) sum += graph.distances[e]!;
    meanLength[row] = sum / Math.max(1, graph.k);
    least = Math.min(least, meanLength[row]!);
    most = Math.max(most, meanLength[row]!);
  }
  const sparse = meanLength.map((m) => (m - least) / (most - least + 1e-12));
  const near = batchEntropy(lists, codes, batches, Math.min(15, settings.k_eval));
  const bridge = near.map((h, row) => 0.5 * (batches > 1 ? Math.min(1, Math.max(0, h / Math.log(batches))) : 0) + 0.5 * sparse[row]!);
  return {
    graph, meanLength, sparse, bridge,
    shortest: bridge.map((b) => lerp(settings.smin_bulk, settings.smin_bridge, b)),
    longest: bridge.map((b) => lerp(settings.smax_bulk, settings.smax_bridge, b)),
    entropy: batchEntropy(lists, codes, batches, settings.k_eval),
  };
}

/** The same lists with fewer neighbours. */
export function firstNeighbors(lists: Knn, wanted: number): Knn {
  const k = Math.min(wanted, lists.k);
  if (k === lists.k) return lists;
  const n = lists.indices.length / lists.k;
  const first: Knn = { k, indices: new Int32Array(n * k), distances: new Float32Array(n * k) };
  for (let row = 0; row < n; row++) {
    first.indices.set(lists.indices.subarray(row * lists.k, row * lists.k + k), row * k);
    first.distances.set(lists.distances.subarray(row * lists.k, row * lists.k + k), row * k);
  }
  return first;
}

async function overlapWithStart(start: Rows, now: Rows, settings: LoopSettings, seed: number, crew: Crew): Promise<number> {
  const ids = drawWithout(start.n, Math.min(settings.eval_subsample, start.n), seed);
  const [before, after] = await Promise.all([start, now].map((rows) => crew.neighbors(gatherRows(rows, ids), 30)));
  return overlapOf(before!, after!);
}

export function codesOf(batchStart: Int32Array): Int32Array {
  const codes = new Int32Array(batchStart.at(-1) ?? 0);
  for (let batch = 0; batch + 1 < batchStart.length; batch++) codes.fill(batch, batchStart[batch]!, batchStart[batch + 1]!);
  return codes;
}

/** On shared memory: workers get it as it is. */
export const shared = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * Math.max(1, length)), 0, length);
