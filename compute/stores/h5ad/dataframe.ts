/** Tables of cells and genes: dataframe groups (AnnData 0.7 and later), and the choice among all forms. */
import { failure } from '../../../protocol/errors.ts';
import type { Structure } from '../../hdf5/index.ts';
import type { Frame } from '../tables/frame.ts';
import { memberFrame } from '../tables/members.ts';
import { recordFrame } from './records.ts';
import { vectorLength } from '../tables/numbers.ts';

/** The table stored at `name` (a group or a compound dataset), null when there is none. Errors: unsupported-encoding. */
export function openFrame(structure: Structure, name: string): Frame | null {
  switch (structure.kind(name)) {
    case null:
      return null;
    case 'group':
      return groupFrame(structure, name);
    case 'dataset':
      return recordFrame(structure, name);
    case 'other':
      throw failure('unsupported-encoding', { path: structure.path, element: name, encoding: 'neither a group nor a dataset' });
  }
}

function groupFrame(structure: Structure, name: string): Frame | null {
  const members = structure.children(name);
  const index = indexMember(structure, name, members);
  const columns = columnOrder(structure, name) ?? members.filter((member) => member !== index && member !== '__categories');
  const lengthFrom = index ?? columns[0];
  if (lengthFrom === undefined) return null;
  return memberFrame(structure, {
    length: memberLength(structure, `${name}/${lengthFrom}`),
    index: index === null ? null : `${name}/${index}`,
    columns: new Map(columns.map((column) => [column, `${name}/${column}`])),
  });
}

/** The member that holds the row names: as stated, or under one of the customary names. */
function indexMember(structure: Structure, name: string, members: readonly string[]): string | null {
  const stated = structure.attribute(name, '_index');
  if (typeof stated === 'string' && members.includes(stated)) return stated;
  return ['_index', 'index'].find((candidate) => members.includes(candidate)) ?? null;
}

/** Column names as stated; an empty list is stored as an array of no type in particular. */
function columnOrder(structure: Structure, name: string): readonly string[] | null {
  const stated = structure.attribute(name, 'column-order');
  if (stated === undefined) return null;
  if (typeof stated === 'string') return [stated];
  return Array.isArray(stated) ? stated.filter((column) => typeof column === 'string') : [];
}

/** Rows of a member: of a group, those of the array inside it. */
function memberLength(structure: Structure, name: string): number {
  if (structure.kind(name) === 'dataset') return vectorLength(structure, name);
  const inner = ['codes', 'values'].find((member) => structure.kind(`${name}/${member}`) === 'dataset');
  return inner === undefined ? 0 : vectorLength(structure, `${name}/${inner}`);
}
