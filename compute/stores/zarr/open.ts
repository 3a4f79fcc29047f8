/** Opens an AnnData in a Zarr store as a collection of cells: the counts, wherever they lie, with obs and var. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../../protocol/errors.ts';
import { evenUnits, type CellCollection } from '../collection.ts';
import { chunkStarts, packPointers } from '../rows/pointers.ts';
import { namesOf, openZarrFrame, zarrColumn } from './columns.ts';
import type { ZarrSpec } from './contract.ts';
import { childrenOf, nodeAt, ZarrFolder, type ZarrNode } from './folder.ts';
import { openVector } from './vector.ts';

/** Errors: no-matrix, unsupported-encoding (columns first), corrupt-file. */
export async function openZarr(folder: string): Promise<CellCollection> {
  const store = new ZarrFolder(folder);
  const obs = await openZarrFrame(store, 'obs');
  const { name, node } = await findCounts(store);
  const genesIn = name === 'raw/X' ? 'raw/var' : 'var';
  const genes = await openZarrFrame(store, genesIn);
  if (obs === null || genes === null) throw failure('corrupt-file', { path: folder, element: obs === null ? 'obs' : genesIn, reason: 'it is missing' });
  const names = await namesOf(store, genes);
  const { spec, stored, units } = await matrixOf(store, name, node);
  if (spec.nObs !== obs.length || spec.nVars !== names.length) {
    throw failure('corrupt-file', { path: folder, element: name, reason: `it is ${spec.nObs} x ${spec.nVars} where ${obs.length} cells and ${names.length} genes are listed` });
  }
  const cellNames = obs.index === null ? [] : await namesOf(store, obs);
  return {
    path: folder, format: 'zarr', cells: spec.nObs, genes: names, columns: obs.columns, column: (column) => zarrColumn(store, obs, column),
    ends: cellNames.length === 0 ? [] : [cellNames[0]!, cellNames.at(-1)!], store: spec, stored, units, watched: watchedFile(folder, name), close: () => undefined,
  };
}

const describing = ['data/.zarray', 'data/zarr.json', '.zarray', 'zarr.json'];
const watchedFile = (folder: string, name: string): string => describing.map((file) => join(folder, name, file)).find((path) => existsSync(path))!;

/** The first of X, layers and raw whose first values are whole and not negative; X, or what there is, where none has such. */
async function findCounts(store: ZarrFolder): Promise<{ name: string; node: ZarrNode }> {
  const layers = childrenOf(store, 'layers').sort((a, b) => Number(b.includes('count')) - Number(a.includes('count')));
  const found: { name: string; node: ZarrNode }[] = [];
  for (const name of ['X', ...layers.map((layer) => `layers/${layer}`), 'raw/X']) {
    const node = await nodeAt(store, name);
    if (node === null) continue;
    found.push({ name, node });
    if (await holdsCounts(store, name, node)) return { name, node };
  }
  if (found.length === 0) throw failure('no-matrix', { path: store.folder });
  return found[0]!;
}

async function holdsCounts(store: ZarrFolder, name: string, node: ZarrNode): Promise<boolean> {
  const whole = (value: number | bigint): boolean => Number(value) >= 0 && Number.isInteger(Number(value));
  if (node.kind === 'array') {
    const { data } = await node.getChunk(node.shape.map(() => 0));
    return ArrayBuffer.isView(data) && [...(data as Float64Array)].every(whole);
  }
  const values = await openVector(store.folder, `${name}/data`, true);
  const first = new Float64Array(Math.min(4096, values.length));
  await values.read(0, first.length, first, 0);
  return first.every(whole);
}

async function matrixOf(store: ZarrFolder, name: string, node: ZarrNode): Promise<{ spec: ZarrSpec; stored: number; units: Uint32Array }> {
  const { folder } = store;
  if (node.kind === 'array') {
    const [nObs, nVars] = [node.shape[0] ?? 0, node.shape[1] ?? 0];
    return { spec: { kind: 'zarr', form: 'dense', folder, name, nObs, nVars }, stored: nObs * nVars, units: evenUnits(nObs, node.chunks[0] ?? 1) };
  }
  const form = String(node.attrs['encoding-type']);
  if (form !== 'csr_matrix') {
    const encoding = form === 'csc_matrix' ? 'columns (genes first), which cannot be read cell by cell; write it again as csr_matrix' : form;
    throw failure('unsupported-encoding', { path: folder, element: name, encoding });
  }
  const shape = node.attrs['shape'];
  if (!Array.isArray(shape) || shape.length !== 2) throw failure('corrupt-file', { path: folder, element: name, reason: 'it has no shape' });
  const [nObs, nVars] = shape.map(Number) as [number, number];
  const indptr = await openVector(folder, `${name}/indptr`, true);
  const values = await openVector(folder, `${name}/data`, true);
  if (indptr.length !== nObs + 1) throw failure('corrupt-file', { path: folder, element: `${name}/indptr`, reason: `it has ${indptr.length} pointers for ${nObs} rows` });
  const pointers = await packPointers({ path: folder, element: name, nObs, nVars, stored: values.length }, async (first, last) => {
    const out = new Float64Array(last - first + 1);
    await indptr.read(first, last + 1, out, 0);
    return out;
  });
  return { spec: { kind: 'zarr', form: 'csr', folder, name, nObs, nVars, stored: values.length, pointers }, stored: values.length, units: chunkStarts(pointers, values.chunkLength) };
}
