/** Sums per plate and gene that gene selection starts from, and the way they travel from one step's pass to another's. */
import type { Plate } from '../matrix/plates.ts';
import type { MomentsPartial } from '../passes/moments.ts';
import { loadCheckpoint, saveCheckpoint } from '../results/checkpoint.ts';
import type { UpcomingStep } from './contract.ts';
import { addGenes } from './sums.ts';

export interface MomentsStore {
  /** For checkpoints; plates x genes, row-major. */
  readonly arrays: { readonly keptCells: Float64Array; readonly momentSum: Float64Array; readonly momentSumSq: Float64Array };
  add(plate: number, place: Plate, partial: MomentsPartial): void;
  /** Kept cells and sums of one plate. */
  plate(plate: number): { n: number; sum: Float64Array; sumSq: Float64Array };
}

export function momentsStore(plates: number, genes: number): MomentsStore {
  const arrays = {
    keptCells: new Float64Array(plates), momentSum: new Float64Array(plates * genes), momentSumSq: new Float64Array(plates * genes),
  };
  return {
    arrays,
    add(plate, place, partial) {
      arrays.keptCells[plate]! += partial.kept;
      addGenes(arrays.momentSum, plate * genes, partial.sum, place);
      addGenes(arrays.momentSumSq, plate * genes, partial.sumSq, place);
    },
    plate: (plate) => ({
      n: arrays.keptCells[plate]!,
      sum: arrays.momentSum.subarray(plate * genes, (plate + 1) * genes),
      sumSq: arrays.momentSumSq.subarray(plate * genes, (plate + 1) * genes),
    }),
  };
}

const tagOf = (fingerprint: string): string => `${fingerprint}:fused-moments`;

/** Leaves finished sums where the hvg step will look for them. */
export function saveMoments(hvg: UpcomingStep, moments: MomentsStore): void {
  saveCheckpoint(hvg.checkpointFolder, { sequence: 1, tag: tagOf(hvg.fingerprint), tilesDone: 0, meta: {}, arrays: moments.arrays });
}

/** Sums left by an earlier pass for exactly this step; null when there are none. */
export function loadMoments(folder: string, fingerprint: string, plates: number, genes: number): MomentsStore | null {
  const saved = loadCheckpoint(folder, tagOf(fingerprint));
  if (!saved) return null;
  const store = momentsStore(plates, genes);
  for (const [name, target] of Object.entries(store.arrays)) {
    const values = saved.arrays[name];
    if (!(values instanceof Float64Array) || values.length !== target.length) return null;
    target.set(values);
  }
  return store;
}
