/**
 * Totals per cell over some of the genes, and which genes dominate some cell: the two extra passes of
 * normalize_total(exclude_highly_expressed=True), and totals when genes were filtered or qc was left out.
 */
import type { CsrBlock } from '../kernels/block.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import { openKeep } from './rows.ts';
import type { TileWorker } from './contract.ts';
import { refuseBadValues } from './scan.ts';

export interface TotalsSpec {
  /** Per plate, one flag per gene of the file: only genes with 1 count. */
  readonly counted: readonly Uint8Array[];
  /** Find genes with x > fraction * total in some kept cell; null when not wanted. */
  readonly dominating: { readonly fraction: number; readonly keep: string | null } | null;
  readonly slots: readonly string[];
}

export interface TotalsPartial {
  readonly totals: Float64Array;
  /** One flag per gene of the file. */
  readonly dominates: Uint8Array | null;
}

export function openTotals(spec: TotalsSpec, _plates: readonly Plate[], kernels: KernelSet): TileWorker<TotalsPartial> {
  const readKeep = openKeep(spec.dominating?.keep ?? null);
  let tile: Tile;
  let plate: Plate;
  let totals = new Float64Array(0);
  let dominates = new Uint8Array(0);
  let keep: Uint8Array | null = null;
  return {
    begin(nextTile, nextPlate) {
      tile = nextTile;
      plate = nextPlate;
      totals = new Float64Array(tile.rows);
      dominates = new Uint8Array(plate.nVars);
      keep = readKeep(tile, plate);
    },
    block(block, at) {
      refuseBadValues(kernels, block, plate, spec.slots[tile.plate]!);
      addTotals(block, spec.counted[tile.plate]!, totals, at);
      if (spec.dominating) markDominating(block, spec.counted[tile.plate]!, totals, at, keep, spec.dominating.fraction, dominates);
    },
    end: () => ({ totals, dominates: spec.dominating ? dominates : null }),
  };
}

function addTotals(block: CsrBlock, counted: Uint8Array, totals: Float64Array, at: number): void {
  const { indptr, indices, values } = block;
  for (let row = 0; row < block.rows; row++) {
    let total = 0;
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      if (counted[indices[p]!] === 1) total += values[p]!;
    }
    totals[at + row] = total;
  }
}

function markDominating(
  block: CsrBlock, counted: Uint8Array, totals: Float64Array, at: number, keep: Uint8Array | null, fraction: number, dominates: Uint8Array,
): void {
  const { indptr, indices, values } = block;
  for (let row = 0; row < block.rows; row++) {
    if (keep && keep[at + row] === 0) continue;
    const limit = fraction * totals[at + row]!;
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      if (values[p]! > limit && counted[indices[p]!] === 1) dominates[indices[p]!] = 1;
    }
  }
}
