/**
 * Plates of any format: openPlate describes a file and reads its tables, openMatrix reads its rows in any worker,
 * transposeToSpool makes the row-order copy that matrices in column order need.
 *
 *     const plate = await openPlate('plate.h5ad');
 *     const reader = openMatrix(plate.counts(), plainArena);
 *     for await (const block of reader.blocks({ rowStart: 0, rowEnd: plate.nObs, maxRows: 4096, maxStored: 8_000_000 })) ...
 */
export type { BlockRange, Column, ColumnSource, MatrixReader, MatrixSpec, OpenMatrix, OpenPlate, PlateFile, ReadSpec } from './contract.ts';
export { openPlate } from './open-plate.ts';
export { openMatrix } from './open-matrix.ts';
export { transposeToSpool } from './transpose-to-spool.ts';
export { planTranspose, type TransposePlan } from './spool/plan.ts';
export type { TransposeOptions, TransposeProgress } from './spool/transpose.ts';
export type { RowStore, RowStoreSpec, RowView } from './rows/contract.ts';
export { openRowStore, rowStoreSpec } from './rows/open.ts';
export { readIntoMemory } from './rows/memory.ts';
export { rowOrderHint, type CellCollection, type CollectionFormat } from './collection.ts';
export { openCollection } from './open-collection.ts';
export { scdlFiles } from './scdl/contract.ts';
export { scdlTypes } from './scdl/header.ts';
export { buildPack, deletePack } from './pack/build.ts';
export { encodeRange, type EncodedRows, type EncodeRequest } from './pack/encode.ts';
export { packPath, sourceOf } from './pack/format.ts';
export { readAll } from './read-all.ts';
export { packedRows, type PackPart } from './pack/rows.ts';
export { checkPackOf, holdPack, packBeside, packCodec, packedBytes, packInPlaceOf, verifyPack } from './pack/read.ts';
