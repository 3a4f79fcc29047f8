/**
 * HDF5 files: openStructure shows what is inside (through the HDF5 library), its describe finds where every byte of an
 * array is, openArray reads it with plain file reads in any worker.
 *
 *     const structure = await openStructure('plate.h5ad');
 *     const spec = structure.describe('/X/data');
 *     const reader = openArray(spec);
 *     reader.readInto(0, 1_000_000, values, 0);
 */
export type { ArrayReader, ChunkIndex, DatasetSpec, H5Filter, H5Layout, NumericArray } from './spec.ts';
export { openStructure, type DatasetInfo, type Hdf5Structure, type Structure } from './structure.ts';
export type { AttributeScalar, AttributeValue, ObjectReference } from './attributes.ts';
export type { Element, Field } from './elements.ts';
export type { ObjectKind } from './names.ts';
export type { RecordColumn } from './unpack.ts';
export type { HeaderSource } from './describe.ts';
export { openArray } from './reader.ts';
export type { ReadOptions } from './source.open.ts';
export { prepareForeign } from './source.foreign.ts';
