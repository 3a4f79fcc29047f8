/** Scores of the kept cells on the principal components: z W - mu W. */
import type { KernelSet, SelectedBlock } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import { tileRows } from '../matrix/tiles.ts';
import type { TileWorker } from './contract.ts';
import { openSelector, type SelectSpec } from './selected.ts';
import { readSpooledTile } from './selected-spool.ts';

export interface ProjectSpec {
  readonly select: SelectSpec;
  /** Folder in which the gram pass kept the selected values, if it did. */
  readonly spool: string | null;
  /** Row-major genes x components. */
  readonly loadings: Float32Array;
  /** Mean of z projected on each component. */
  readonly offset: Float64Array;
}

export interface ProjectPartial {
  /** Row-major kept rows x components. */
  readonly scores: Float32Array;
}

export function openProject(spec: ProjectSpec, _plates: readonly Plate[], kernels: KernelSet): TileWorker<ProjectPartial> {
  const { arena } = kernels;
  const components = spec.offset.length;
  const selector = openSelector(spec.select, kernels);
  const loadings = arena.float32(spec.loadings.length);
  loadings.set(spec.loadings);
  const offset = arena.float64(components);
  offset.set(spec.offset);
  const out = arena.float32(tileRows * components);
  let filled = 0;
  const project = (selected: SelectedBlock): void => {
    const target = out.subarray(filled * components, (filled + selected.rows) * components);
    kernels.project(selected, loadings, offset, components, target);
    filled += selected.rows;
  };
  return {
    begin(tile, plate) {
      selector.begin(tile, plate);
      filled = 0;
    },
    atHand(tile) {
      const kept = spec.spool === null ? null : readSpooledTile(spec.spool, tile);
      if (kept) project(kept);
      return kept !== null;
    },
    block: (block, at) => project(selector.select(block, at)),
    end: () => ({ scores: out.slice(0, filled * components) }),
  };
}
