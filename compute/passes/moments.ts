/** Sums per gene over kept cells: of normalised values (seurat), of raw counts, or of counts cut at a ceiling (seurat_v3). */
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import type { TileWorker } from './contract.ts';
import { openKeep, openRowInputs } from './rows.ts';
import { refuseBadValues } from './scan.ts';

export interface MomentsSpec {
  readonly keep: string | null;
  readonly values:
    /** e = x / total; x / target where the total is 0, so that e times the plate's target is the normalised value. */
    | { readonly kind: 'relative'; readonly totals: string; readonly targets: readonly number[] }
    /** The first look at the values of a recipe without qc: they are checked. */
    | { readonly kind: 'raw' }
    /** Per plate, a ceiling for each gene of the file. */
    | { readonly kind: 'clipped'; readonly clip: readonly Float64Array[] };
}

export interface MomentsPartial {
  readonly kept: number;
  readonly sum: Float64Array;
  readonly sumSq: Float64Array;
}

export function openMoments(spec: MomentsSpec, plates: readonly Plate[], kernels: KernelSet): TileWorker<MomentsPartial> {
  const { arena } = kernels;
  const most = Math.max(1, ...plates.map((plate) => plate.nVars));
  const sum = arena.float64(most);
  const sumSq = arena.float64(most);
  const readKeep = openKeep(spec.keep);
  const rowInputs = spec.values.kind === 'relative' ? openRowInputs({ keep: null, totals: spec.values.totals }) : null;
  const clip = arena.float64(most);
  let factors = new Float64Array(0);
  let keep: Uint8Array | null = null;
  let kept = 0;
  let current: Plate;
  return {
    begin(tile: Tile, plate: Plate) {
      keep = readKeep(tile, plate);
      kept = keep ? keep.reduce((n, flag) => n + flag, 0) : tile.rows;
      current = plate;
      if (spec.values.kind === 'clipped') clip.set(spec.values.clip[tile.plate]!);
      const totals = rowInputs?.totals(tile, plate);
      const target = spec.values.kind === 'relative' ? spec.values.targets[tile.plate]! : 1;
      factors = Float64Array.from({ length: tile.rows }, (_, row) => {
        if (keep && keep[row] === 0) return 0;
        if (!totals) return 1;
        if (totals[row]! > 0) return 1 / totals[row]!;
        return target > 0 ? 1 / target : 1;
      });
      sum.fill(0);
      sumSq.fill(0);
    },
    block(block, at) {
      const rows = block.rows;
      if (spec.values.kind === 'raw') refuseBadValues(kernels, block, current, current.spec.facts.slot);
      if (spec.values.kind === 'clipped') kernels.clippedMoments(block, keep ? keep.subarray(at, at + rows) : null, clip, sum, sumSq);
      else kernels.moments(block, factors.subarray(at, at + rows), sum, sumSq);
    },
    end: () => ({ kept, sum: sum.slice(0, current.nVars), sumSq: sumSq.slice(0, current.nVars) }),
  };
}
