/** Writes one generated plate as an h5ad file, block by block within bounded memory. */
import { failure } from '../../protocol/errors.ts';
import { createH5ad } from '../results/h5ad/index.ts';
import { createDrawer, type CellBlock } from './cells.ts';
import { plateModel, type PlateDesign, type PlateModel } from './model.ts';
import { createObs } from './obs.ts';
import { groundTruth } from './truth.ts';

/** How a plate is stored; has no part in what its cells are. */
export interface PlateStorage {
  /** Deflate level, 0 to 9; default 4. */
  readonly gzip?: number;
  /** Default int32, int64 for sets of some 400,000 cells and more. */
  readonly indexType?: 'int32' | 'int64';
  /** Stores X like the plates of the atlas: int64 indices, about 139,000 values and 69,000 indices per chunk, no shuffle. */
  readonly plateChunks?: boolean;
}

export interface PlateTarget {
  /** Written there directly, without a temporary name. On failure the unusable file is left behind. */
  readonly path: string;
  readonly signal?: AbortSignal;
  /** Told after every block, with the cells written so far. */
  readonly onCells?: (cells: number) => void;
  /** Where blocks come from: default drawn here, in row order. Lets a caller draw row ranges in workers. */
  readonly blocks?: AsyncIterable<CellBlock>;
}

export interface PlateSummary {
  readonly cells: number;
  readonly genes: number;
  /** Entries of X. */
  readonly stored: number;
  /** Sum of X. */
  readonly transcripts: number;
  /** Size of the file. */
  readonly bytes: number;
}

/** Rows per block: about 12 MB of entries at 62,710 genes. */
export const blockRows = 1000;

/** A cell has at most one entry per gene and, on average, clearly fewer entries than transcripts; 10^6 covers small sets. */
function mostEntries({ design, meanTranscripts, programs, layout }: PlateModel): number {
  const largestLine = Math.max(...programs.lines.map((line) => line.size));
  const deepestWell = Math.max(...layout.wells.map((well) => well.depth));
  return Math.min(design.cells * design.genes, Math.ceil(design.cells * meanTranscripts * largestLine * deepestWell + 1e6));
}

/** Cells in row order; lets the event loop turn between blocks, for progress and cancelling. */
export async function* drawBlocks(model: PlateModel, rowStart = 0, rowEnd = model.design.cells): AsyncGenerator<CellBlock, void, void> {
  const draw = createDrawer(model);
  for (let row = rowStart; row < rowEnd; row += blockRows) {
    yield draw(row, Math.min(rowEnd, row + blockRows));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** @throws invalid-parameter for the design, disk-full and the like for the file, cancelled when aborted. */
export async function generatePlate(design: PlateDesign, storage: PlateStorage, target: PlateTarget): Promise<PlateSummary> {
  const model = plateModel(design);
  const { cells, genes } = model.design;
  const real = storage.plateChunks === true;
  const file = createH5ad(target.path, { nObs: cells, nVars: genes, gzip: storage.gzip ?? 4, shuffle: !real });
  let transcripts = 0;
  try {
    const layout = real ? { indexType: 'int64' as const, valueChunk: 139_264, indexChunk: 69_632 } : storage.indexType === undefined ? {} : { indexType: storage.indexType };
    const x = file.csr('X', { mostStored: mostEntries(model), ...layout });
    const appendObs = createObs(file, model);
    for await (const block of target.blocks ?? drawBlocks(model)) {
      if (target.signal?.aborted === true) throw failure('cancelled', { step: 'generate' });
      await x.append(block);
      await appendObs(block);
      for (let i = 0; i < block.rows; i++) transcripts += block.transcripts[i]!;
      target.onCells?.(x.rowsWritten);
    }
    await file.frame('var', 'gene_name').index.append(model.genes.names);
    file.uns(groundTruth(model));
    return { cells, genes, stored: x.stored, transcripts, bytes: await file.close() };
  } catch (thrown) {
    file.abandon();
    throw thrown;
  }
}
