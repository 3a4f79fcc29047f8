/** A table whose columns are separate members of a file: dataframe groups of h5ad, feature lists of 10x. */
import type { Structure } from '../../hdf5/index.ts';
import { readColumn } from './columns.ts';
import type { Frame } from './frame.ts';
import { textRange } from './labels.ts';

export interface MemberTable {
  readonly length: number;
  /** Absolute name of the dataset with the row names; null: rows are numbered. */
  readonly index: string | null;
  /** Column name -> absolute name of its member. */
  readonly columns: ReadonlyMap<string, string>;
}

/** Reads nothing until rows are asked for, and then only those. */
export function memberFrame(structure: Structure, { length, index, columns }: MemberTable): Frame {
  return {
    length,
    columns: [...columns.keys()],
    names: (start, end) => {
      if (index === null) return Array.from({ length: end - start }, (_, i) => String(start + i));
      return textRange(structure, index, start, end);
    },
    column: (name, start, end) => readColumn(structure, columns.get(name)!, start, end),
  };
}
