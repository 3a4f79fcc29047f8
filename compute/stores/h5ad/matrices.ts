/** The matrices of an h5ad file: X, layers and raw in all encodings, as specs that any worker can read. */
import { failure } from '../../../protocol/errors.ts';
import type { MatrixSlot } from '../../../protocol/matrix.ts';
import type { Structure } from '../../hdf5/index.ts';
import type { MatrixSpec } from '../contract.ts';
import { denseSpec, sparseSpec } from '../matrix-facts.ts';

/** Where raw lies: a group since AnnData 0.6, names with a dot before. */
export function rawPart(structure: Structure, part: 'X' | 'var'): string {
  return structure.kind('/raw') === 'group' ? `/raw/${part}` : `/raw.${part}`;
}

/** Name of a slot inside the file. */
export function slotName(structure: Structure, slot: MatrixSlot): string {
  return slot === 'raw/X' ? rawPart(structure, 'X') : `/${slot}`;
}

/** The matrix at `slot`; null when there is none. Errors: unsupported-encoding, corrupt-file. */
export function matrixAt(structure: Structure, slot: MatrixSlot): MatrixSpec | null {
  const name = slotName(structure, slot);
  switch (structure.kind(name)) {
    case null:
      return null;
    case 'dataset':
      return denseAt(structure, slot, name);
    case 'group':
      return sparseAt(structure, slot, name);
    case 'other':
      return refuse(structure, name, 'neither a group nor a dataset');
  }
}

function denseAt(structure: Structure, slot: MatrixSlot, name: string): MatrixSpec | null {
  const { shape } = structure.dataset(name);
  // AnnData writes None as a dataset that holds nothing.
  if (shape === null || structure.attribute(name, 'encoding-type') === 'null') return null;
  if (shape.length !== 2) return refuse(structure, name, `an array with ${shape.length} axes`);
  return denseSpec(slot, structure.describe(name));
}

function sparseAt(structure: Structure, slot: MatrixSlot, name: string): MatrixSpec | null {
  const order = sparseOrder(structure, name);
  const members = structure.children(name);
  const missing = ['data', 'indices', 'indptr'].find((member) => !members.includes(member));
  if (missing !== undefined) throw failure('corrupt-file', { path: structure.path, element: name, reason: `its ${missing} are missing` });
  const part = (member: string) => structure.describe(`${name}/${member}`);
  return sparseSpec(slot, order, { data: part('data'), indices: part('indices'), indptr: part('indptr') }, sparseShape(structure, name));
}

/** Encodings of AnnData since 0.7, and of h5sparse before. */
function sparseOrder(structure: Structure, name: string): 'csr' | 'csc' {
  const stated = structure.attribute(name, 'encoding-type') ?? structure.attribute(name, 'h5sparse_format');
  if (stated === 'csr_matrix' || stated === 'csr') return 'csr';
  if (stated === 'csc_matrix' || stated === 'csc') return 'csc';
  return refuse(structure, name, typeof stated === 'string' ? stated : 'a group without an encoding');
}

function sparseShape(structure: Structure, name: string): { nObs: number; nVars: number } {
  const shape = structure.attribute(name, 'shape') ?? structure.attribute(name, 'h5sparse_shape');
  const [nObs, nVars] = Array.isArray(shape) ? shape : [];
  if (typeof nObs !== 'number' || typeof nVars !== 'number' || !(nObs >= 0) || !(nVars >= 0)) {
    throw failure('corrupt-file', { path: structure.path, element: name, reason: 'its shape is missing' });
  }
  return { nObs, nVars };
}

function refuse(structure: Structure, name: string, encoding: string): never {
  throw failure('unsupported-encoding', { path: structure.path, element: name, encoding });
}
