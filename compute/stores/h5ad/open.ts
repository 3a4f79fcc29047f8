/** An AnnData of any version, in an h5ad file or a Zarr store, from its structure to the parts of a plate. */
import { isKind } from '../../../protocol/errors.ts';
import type { InspectProblem } from '../../../protocol/inspect.ts';
import { demoKey, type MatrixSlot } from '../../../protocol/matrix.ts';
import type { Structure } from '../../hdf5/index.ts';
import type { MatrixSpec } from '../contract.ts';
import { findCounts } from '../counts.ts';
import type { PlateParts } from '../parts.ts';
import { problem } from '../problems.ts';
import { numberedFrame, type Frame } from '../tables/frame.ts';
import { openFrame } from './dataframe.ts';
import { matrixAt, rawPart } from './matrices.ts';
import { embeddingAt, obsmShapes } from './obsm.ts';
import { takenFrom } from './taken-from.ts';

/** Whether it has any of what makes an AnnData. */
export function isH5ad(structure: Structure): boolean {
  if (structure.attribute('/', 'encoding-type') === 'anndata') return true;
  return ['/obs', '/var', '/X'].filter((name) => structure.kind(name) !== null).length >= 2;
}

/** Errors: unsupported-encoding (X, obs or var as a whole), corrupt-file. The structure stays with the parts. */
export async function h5adParts(structure: Structure, format: 'h5ad' | 'zarr' = 'h5ad'): Promise<PlateParts> {
  const problems: InspectProblem[] = [];
  const matrices = allMatrices(structure, problems);
  const rawVar = openFrame(structure, rawPart(structure, 'var'));
  const first = matrices.find((spec) => spec.facts.slot !== 'raw/X');
  return {
    path: structure.path,
    format,
    get bytes() {
      return structure.bytes;
    },
    encoding: encodingOf(structure),
    obs: openFrame(structure, '/obs') ?? numberedFrame(matrices[0]?.facts.nObs ?? 0),
    var: openFrame(structure, '/var') ?? numberedFrame(first?.facts.nVars ?? 0),
    rawVar: rawVar ?? rawFallback(structure, matrices),
    matrices,
    counts: await findCounts(matrices),
    obsm: obsmShapes(structure, problems),
    embedding: (name) => embeddingAt(structure, name),
    demo: structure.kind(`/uns/${demoKey}`) !== null,
    takenFrom: takenFrom(structure),
    problems,
    close: () => structure.close(),
  };
}

function encodingOf(structure: Structure): string {
  const version = structure.attribute('/', 'encoding-version');
  return typeof version === 'string' && version !== '' ? version : 'legacy';
}

/** X, then layers in the order of the file, then raw. A layer or raw that cannot be read is told, X is an error. */
function allMatrices(structure: Structure, problems: InspectProblem[]): MatrixSpec[] {
  const x = matrixAt(structure, 'X');
  const others: MatrixSlot[] = [...structure.children('/layers').map((layer): MatrixSlot => `layers/${layer}`), 'raw/X'];
  const out = x === null ? [] : [x];
  for (const slot of others) {
    try {
      const spec = matrixAt(structure, slot);
      if (spec !== null) out.push(spec);
    } catch (thrown) {
      if (!isKind(thrown, 'unsupported-encoding')) throw thrown;
      problems.push(problem('unsupported-encoding', slot, `${slot} is stored as ${String(thrown.data.facts['encoding'])}, which is not read.`));
    }
  }
  return out;
}

/** A raw matrix without a list of genes has those of var if the number fits, numbers otherwise. */
function rawFallback(structure: Structure, matrices: readonly MatrixSpec[]): Frame | null {
  const raw = matrices.find((spec) => spec.facts.slot === 'raw/X');
  if (raw === undefined) return null;
  const listed = openFrame(structure, '/var');
  return listed?.length === raw.facts.nVars ? listed : numberedFrame(raw.facts.nVars);
}
