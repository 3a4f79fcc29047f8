/**
 * Writing AnnData files by appending:
 *
 *     const file = createH5ad(path, { nObs, nVars });
 *     const x = file.csr('X');
 *     for await (const block of reader.blocks(range)) await x.append(block);
 *     await file.frame('obs').index.append(names);
 *     await file.frame('var').index.append(genes);
 *     await file.close();
 */
export { createH5ad, type DenseSlot, type H5adOptions, type H5adWriter, type SparseSlot } from './writer.ts';
export type { FrameWriter } from './frame.ts';
export type { CsrLayout, CsrRows, CsrState, CsrStream, ResumableCsr } from './sparse.ts';
export { unsTable, type UnsDict, type UnsTable, type UnsValue } from './uns.ts';
export { sortedLabels } from './labels.ts';
export type { ArrayStream, TextStream } from '../hdf5-writer/stream.ts';
export type { Numbers } from '../hdf5-writer/put.ts';
