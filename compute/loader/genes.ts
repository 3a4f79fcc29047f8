/** Which columns a minibatch has when files list different genes, and which column every gene of a file goes to. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import { commonGenes, type PlateGenes } from '../matrix/plates.ts';

export interface GeneJoin {
  readonly names: readonly string[];
  /** Per file: gene -> column, -1 to leave it out; null when both are the same. */
  readonly columns: readonly (Int32Array | null)[];
}

/**
 * 'same' demands the same genes, 'inner' keeps shared ones, 'outer' all of them (first file's order, then what is new).
 * `wanted` chooses columns by name. Errors: gene-mismatch, nothing-left, duplicate-names, not-found for a wanted gene.
 */
export function joinGenes(files: readonly PlateGenes[], mode: 'same' | 'inner' | 'outer', wanted: readonly string[] | undefined): GeneJoin {
  const { names, columns } = mode === 'outer' ? outer(files) : shared(files, mode);
  if (wanted === undefined) return { names, columns };
  if (new Set(wanted).size !== wanted.length) {
    throw failure('duplicate-names', { path: 'the list of genes', axis: 'var', count: wanted.length - new Set(wanted).size, examples: wanted.filter((name, i) => wanted.indexOf(name) !== i).slice(0, 3) });
  }
  const places = new Map(names.map((name, place) => [name, place]));
  const chosen = new Int32Array(names.length).fill(-1);
  wanted.forEach((name, column) => {
    const place = places.get(name);
    if (place === undefined) throw failure('not-found', { what: 'gene (in every file, unless genes are joined outer)', name, near: nearNames(name, names) });
    chosen[place] = column;
  });
  return { names: wanted, columns: columns.map((map, file) => (map === null ? chosen.slice(0, files[file]!.genes.length) : map.map((place) => (place < 0 ? -1 : chosen[place]!)))) };
}

function shared(files: readonly PlateGenes[], mode: 'same' | 'inner'): GeneJoin {
  const { names, maps } = commonGenes(files, mode);
  return { names, columns: maps };
}

function outer(files: readonly PlateGenes[]): GeneJoin {
  // Repeated names are refused there.
  for (const file of files) commonGenes([file], 'same');
  const places = new Map<string, number>();
  for (const { genes } of files) for (const name of genes) if (!places.has(name)) places.set(name, places.size);
  const columns = files.map(({ genes }) => (genes.length === places.size && genes.every((name, gene) => places.get(name) === gene) ? null : Int32Array.from(genes, (name) => places.get(name)!)));
  return { names: [...places.keys()], columns };
}
