/** An opened file behind the one interface all formats share: rows of columns, matrices, facts and the description. */
import { failure } from '../../protocol/errors.ts';
import type { PlateFile } from './contract.ts';
import { inspectParts } from './inspect.ts';
import { isMinified } from './minified.ts';
import { countedGenes, genesOf, type PlateParts } from './parts.ts';
import { columnOf } from './tables/frame.ts';

/** Checks that tables and matrices agree. Errors: corrupt-file (then everything is closed). */
export function plateFile(parts: PlateParts): PlateFile {
  try {
    checkSizes(parts);
  } catch (thrown) {
    parts.close();
    throw thrown;
  }
  const { path, obs, matrices, counts } = parts;
  const genes = countedGenes(parts);
  let names: readonly string[] | null = null;
  return {
    path,
    nObs: obs.length,
    nVars: parts.var.length,
    obsColumns: obs.columns,
    geneNames: () => (names ??= genes.names(0, genes.length)),
    varColumn: (name) => columnOf(genes, name, `var of ${path}`),
    obsNames: (rowStart, rowEnd) => obs.names(rowStart, rowEnd),
    obsColumn: (name, rowStart, rowEnd) => columnOf(obs, name, path, rowStart, rowEnd),
    matrices: () => matrices,
    embedding: (name) => parts.embedding?.(name) ?? null,
    counts: () => (isMinified(parts) ? null : counts),
    inspect: (options) => inspectParts(parts, options),
    facts: (name) => {
      const matrix = counts ?? matrices[0];
      if (matrix === undefined) throw failure('no-matrix', { path });
      const { facts } = matrix;
      return { name, path, nObs: obs.length, nVars: facts.nVars, matrix: facts, obsColumns: obs.columns, obsm: widthsOf(parts), demo: parts.demo };
    },
    close: () => parts.close(),
  };
}

/** Columns of the embeddings that can be read. */
function widthsOf({ obsm, obs, embedding }: PlateParts): Record<string, number> {
  const readable = Object.keys(obsm).filter((name) => embedding?.(name)?.facts.nObs === obs.length);
  return Object.fromEntries(readable.map((name) => [name, obsm[name]![1]!]));
}

function checkSizes(parts: PlateParts): void {
  for (const spec of parts.matrices) {
    const { slot, nObs, nVars } = spec.facts;
    const genes = genesOf(parts, spec).length;
    if (nObs === parts.obs.length && nVars === genes) continue;
    const reason = `it is ${nObs} x ${nVars} where ${parts.obs.length} cells and ${genes} genes are listed`;
    throw failure('corrupt-file', { path: parts.path, element: slot, reason });
  }
}
