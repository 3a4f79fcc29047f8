/**
 * 10x HDF5 files: /matrix with features (Cell Ranger 3 and what imitates it), or a group per genome (Cell Ranger 1 and 2).
 * They list barcodes as columns, so their compressed columns are rows of cells.
 */
import { failure } from '../../../protocol/errors.ts';
import type { InspectProblem } from '../../../protocol/inspect.ts';
import type { Structure } from '../../hdf5/index.ts';
import { findCounts } from '../counts.ts';
import { sparseSpec } from '../matrix-facts.ts';
import type { PlateParts } from '../parts.ts';
import { problem } from '../problems.ts';
import type { Frame } from '../tables/frame.ts';
import { memberFrame } from '../tables/members.ts';

const needed = ['barcodes', 'data', 'indices', 'indptr', 'shape'];

/** Groups that hold a matrix: /matrix alone, or one per genome in the order of the file. */
export function tenxGroups(structure: Structure): string[] {
  const holds = (group: string): boolean => {
    const members = structure.children(group);
    return needed.every((member) => members.includes(member));
  };
  if (holds('/matrix')) return ['/matrix'];
  return structure.children('/').map((name) => `/${name}`).filter(holds);
}

/** The first of the groups as a plate; others are named as a problem. Errors: corrupt-file, unsupported-encoding. */
export async function tenxH5Parts(structure: Structure, groups: readonly string[]): Promise<PlateParts> {
  const group = groups[0]!;
  const shape = structure.numbers(`${group}/shape`);
  const [nVars, nObs] = [shape[0], shape[1]];
  if (shape.length !== 2 || nVars === undefined || nObs === undefined) {
    throw failure('corrupt-file', { path: structure.path, element: `${group}/shape`, reason: `it has ${shape.length} numbers, not 2` });
  }
  const part = (member: string) => structure.describe(`${group}/${member}`);
  const matrix = sparseSpec('X', 'csr', { data: part('data'), indices: part('indices'), indptr: part('indptr') }, { nObs, nVars });
  return {
    path: structure.path,
    format: '10x-h5',
    bytes: structure.bytes,
    encoding: structure.kind(`${group}/features`) === 'group' ? 'cellranger-3' : 'cellranger-1',
    obs: barcodeFrame(structure, group),
    var: featureFrame(structure, group),
    rawVar: null,
    matrices: [matrix],
    counts: await findCounts([matrix]),
    obsm: {},
    demo: false,
    problems: genomeProblems(groups),
    close: () => structure.close(),
  };
}

function barcodeFrame(structure: Structure, group: string): Frame {
  const index = `${group}/barcodes`;
  const length = structure.dataset(index).shape?.[0] ?? 0;
  // Files of probes say for each barcode whether it was kept.
  const columns = structure.kind(`${group}/filtered_barcodes`) === 'dataset' ? [['filtered_barcodes', `${group}/filtered_barcodes`] as const] : [];
  return memberFrame(structure, { length, index, columns: new Map(columns) });
}

/** Names that scanpy gives to columns of 10x files, so that recipes fit both. */
const columnNames: Readonly<Record<string, string>> = { id: 'gene_ids', genes: 'gene_ids', feature_type: 'feature_types' };

function featureFrame(structure: Structure, group: string): Frame {
  const folder = structure.kind(`${group}/features`) === 'group' ? `${group}/features` : group;
  const index = ['name', 'gene_names', 'id', 'genes'].find((member) => structure.kind(`${folder}/${member}`) === 'dataset');
  if (index === undefined) throw failure('corrupt-file', { path: structure.path, element: folder, reason: 'the names of its genes are missing' });
  const length = structure.dataset(`${folder}/${index}`).shape?.[0] ?? 0;
  const members = folder === group ? ['genes'] : structure.children(folder);
  const columns = members.filter((member) => member !== index && isColumn(structure, `${folder}/${member}`, length));
  return memberFrame(structure, {
    length,
    index: `${folder}/${index}`,
    columns: new Map(columns.map((member) => [columnNames[member] ?? member, `${folder}/${member}`])),
  });
}

function isColumn(structure: Structure, name: string, length: number): boolean {
  if (structure.kind(name) !== 'dataset' || name.endsWith('/_all_tag_keys')) return false;
  const { shape } = structure.dataset(name);
  return shape?.length === 1 && shape[0] === length;
}

function genomeProblems(groups: readonly string[]): InspectProblem[] {
  if (groups.length < 2) return [];
  const [first, ...others] = groups.map((group) => group.slice(1));
  const names = others.join(', ');
  const message = `The file holds ${groups.length} genomes; only ${first} is read. Write the others (${names}) to files of their own to use them.`;
  return [problem('unsupported-encoding', names, message)];
}
