/** Sums per plate and gene of its file that gene selection starts from, and how they travel from one step's pass to another's. */
import type { Plate } from '../matrix/plates.ts';
import type { MomentsPartial } from '../passes/moments.ts';
import { loadCheckpoint, saveCheckpoint } from '../results/checkpoint.ts';
import type { UpcomingStep } from './contract.ts';

export interface MomentsStore {
  /** For checkpoints; the genes of one plate after those of the other. */
  readonly arrays: { readonly keptCells: Float64Array; readonly momentSum: Float64Array; readonly momentSumSq: Float64Array };
  add(plate: number, partial: MomentsPartial): void;
  /** Kept cells and sums of one plate, per gene of its file. */
  plate(plate: number): { n: number; sum: Float64Array; sumSq: Float64Array };
}

export function momentsStore(plates: readonly Pick<Plate, 'nVars'>[]): MomentsStore {
  const ends: number[] = [];
  for (const { nVars } of plates) ends.push((ends.at(-1) ?? 0) + nVars);
  const genes = ends.at(-1) ?? 0;
  const arrays = { keptCells: new Float64Array(plates.length), momentSum: new Float64Array(genes), momentSumSq: new Float64Array(genes) };
  const partOf = (all: Float64Array, plate: number): Float64Array => all.subarray(ends[plate]! - plates[plate]!.nVars, ends[plate]!);
  // Once per tile over all genes: a plain loop is several times as fast as forEach.
  const addTo = (target: Float64Array, part: Float64Array): void => {
    for (let gene = 0; gene < part.length; gene++) target[gene]! += part[gene]!;
  };
  return {
    arrays,
    add(plate, partial) {
      arrays.keptCells[plate]! += partial.kept;
      addTo(partOf(arrays.momentSum, plate), partial.sum);
      addTo(partOf(arrays.momentSumSq, plate), partial.sumSq);
    },
    plate: (plate) => ({ n: arrays.keptCells[plate]!, sum: partOf(arrays.momentSum, plate), sumSq: partOf(arrays.momentSumSq, plate) }),
  };
}

const tagOf = (fingerprint: string): string => `${fingerprint}:fused-moments`;

/** Leaves finished sums where the hvg step will look for them. */
export function saveMoments(hvg: UpcomingStep, moments: MomentsStore): void {
  saveCheckpoint(hvg.checkpointFolder, { sequence: 1, tag: tagOf(hvg.fingerprint), tilesDone: 0, meta: {}, arrays: moments.arrays });
}

/** Sums left by an earlier pass for exactly this step; null when there are none. */
export function loadMoments(folder: string, fingerprint: string, plates: readonly Pick<Plate, 'nVars'>[]): MomentsStore | null {
  const saved = loadCheckpoint(folder, tagOf(fingerprint));
  if (!saved) return null;
  const store = momentsStore(plates);
  for (const [name, target] of Object.entries(store.arrays)) {
    const values = saved.arrays[name];
    if (!(values instanceof Float64Array) || values.length !== target.length) return null;
    target.set(values);
  }
  return store;
}
