/**
 * A pass: what workers do to every tile of X, and what comes back. Specs and partial results are structured-cloneable;
 * the engine adds partial results up in tile order.
 */
import type { CsrBlock } from '../kernels/block.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';
import type { GeneOrderPartial, GeneOrderSpec } from './gene-order.ts';
import type { GeneTotalsPartial, GeneTotalsSpec } from './gene-totals.ts';
import type { GramPartial, GramSpec } from './gram.ts';
import type { MomentsPartial, MomentsSpec } from './moments.ts';
import type { ProjectPartial, ProjectSpec } from './project.ts';
import type { ScanPartial, ScanSpec } from './scan.ts';
import type { TotalsPartial, TotalsSpec } from './totals.ts';

export interface PassTable {
  scan: { spec: ScanSpec; partial: ScanPartial };
  geneTotals: { spec: GeneTotalsSpec; partial: GeneTotalsPartial };
  totals: { spec: TotalsSpec; partial: TotalsPartial };
  moments: { spec: MomentsSpec; partial: MomentsPartial };
  gram: { spec: GramSpec; partial: GramPartial };
  geneOrder: { spec: GeneOrderSpec; partial: GeneOrderPartial };
  project: { spec: ProjectSpec; partial: ProjectPartial };
}

export type PassName = keyof PassTable;

/** Lives in a worker for the length of a pass; sees the rows of a tile in one or several blocks, in order. */
export interface TileWorker<Partial> {
  begin(tile: Tile, plate: Plate): void;
  /** Does the tile's work from what an earlier pass kept: true when X need not be read for it. */
  atHand?(tile: Tile): boolean;
  /** `at` is the position of the block's first row inside the tile. */
  block(block: CsrBlock, at: number): void;
  end(): Partial;
  /** The engine has added this partial up: its big arrays may be used again. */
  recycle?(partial: Partial): void;
}

export type OpenPass<Name extends PassName> = (
  spec: PassTable[Name]['spec'],
  plates: readonly Plate[],
  kernels: KernelSet,
) => TileWorker<PassTable[Name]['partial']>;

/** The engine's side: adds partial results in tile order and can save and restore where it is. */
export interface Reducer<Partial> {
  add(partial: Partial, tile: Tile): void;
}
