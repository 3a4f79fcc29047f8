/** Names and shapes of the embeddings in /obsm: arrays, sparse matrices, tables, or fields of one compound dataset. */
import { isKind } from '../../../protocol/errors.ts';
import type { InspectProblem } from '../../../protocol/inspect.ts';
import type { Structure } from '../../hdf5/index.ts';
import type { MatrixSpec } from '../contract.ts';
import { denseSpec } from '../matrix-facts.ts';
import { problem } from '../problems.ts';
import { openFrame } from './dataframe.ts';

/** Elements whose shape cannot be told are left out and noted. */
export function obsmShapes(structure: Structure, problems: InspectProblem[]): Record<string, readonly number[]> {
  if (structure.kind('/obsm') === 'dataset') return fieldShapes(structure);
  const out: Record<string, readonly number[]> = {};
  for (const name of structure.children('/obsm')) {
    const shape = shapeOf(structure, `/obsm/${name}`);
    if (shape !== null) out[name] = shape;
    else problems.push(problem('unsupported-encoding', `obsm/${name}`, `obsm/${name} is stored in a form that is not read.`));
  }
  return out;
}

function shapeOf(structure: Structure, name: string): readonly number[] | null {
  if (structure.kind(name) === 'dataset') return structure.dataset(name).shape;
  const stated = structure.attribute(name, 'shape') ?? structure.attribute(name, 'h5sparse_shape');
  if (Array.isArray(stated)) return stated.filter((length) => typeof length === 'number');
  try {
    const frame = structure.attribute(name, '_index') === undefined ? null : openFrame(structure, name);
    return frame === null ? null : [frame.length, frame.columns.length];
  } catch (thrown) {
    if (!isKind(thrown, 'unsupported-encoding')) throw thrown;
    return null;
  }
}

/** AnnData 0.6: each embedding is a field of fixed width; its number of columns is not told by the field alone. */
function fieldShapes(structure: Structure): Record<string, readonly number[]> {
  const { element, shape } = structure.dataset('/obsm');
  if (element.kind !== 'record') return {};
  return Object.fromEntries(element.fields.map((field) => [field.name, [shape?.[0] ?? 0]]));
}

/** A dense array of two axes and numbers as a matrix; null for anything else. */
export function embeddingAt(structure: Structure, name: string): MatrixSpec | null {
  const path = `/obsm/${name}`;
  if (!structure.children('/obsm').includes(name) || structure.kind(path) !== 'dataset' || structure.dataset(path).shape?.length !== 2) return null;
  try {
    return denseSpec('X', structure.describe(path));
  } catch (thrown) {
    if (!isKind(thrown, 'unsupported-encoding')) throw thrown;
    return null;
  }
}
