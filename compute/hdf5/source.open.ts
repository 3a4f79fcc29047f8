/** Picks the element source that goes with a layout. */
import type { FileBytes } from '../../io/file.ts';
import { runSource } from './source.chunks.ts';
import { compactSource, contiguousSource } from './source.flat.ts';
import { tileSource } from './source.tiles.ts';
import type { ElementSource } from './source.ts';
import type { DatasetSpec } from './spec.ts';

export interface ReadOptions {
  /**
   * Inflate only the start of a chunk where a range ends early in it: faster for scattered rows, slower in a sequential
   * pass. The chunk's checksum is not reached, so set it only for files whose digest has been verified.
   */
  readonly prefixes?: boolean;
}

/** Null for a foreign layout, which only the HDF5 library can read. */
export function ownSource(spec: DatasetSpec, file: FileBytes, options: ReadOptions = {}): ElementSource | null {
  const { layout, shape } = spec;
  switch (layout.kind) {
    case 'contiguous':
      return contiguousSource(spec, file, layout.storedBytes === 0 ? null : layout.offset);
    case 'compact':
      return compactSource(spec, layout.bytes);
    case 'foreign':
      return null;
    case 'chunked': {
      const [chunkRows, chunkCols] = [layout.chunkShape[0]!, layout.chunkShape[1] ?? 1];
      const cols = shape[1] ?? 1;
      if (chunkCols === cols) return runSource(spec, file, layout, chunkRows * cols, cols, options.prefixes ?? false);
      return tileSource(spec, file, layout.index, chunkRows, chunkCols);
    }
    default:
      return layout satisfies never;
  }
}
