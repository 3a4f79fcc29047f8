/** Data sets whose cells were taken out of others that are registered too: counted beside them, cells would count twice. */
import type { DatasetRow } from '../catalog/datasets.ts';

/** Those of `among` that the cells of a data set came from. */
export const sourcesOf = ({ fingerprint, report }: DatasetRow, among: readonly DatasetRow[]): DatasetRow[] =>
  among.filter((other) => other.fingerprint !== fingerprint && (report.taken_from ?? []).includes(other.fingerprint));

/** What is said of those that are left out when all data sets are wanted. */
export function leftOutNotes(all: readonly DatasetRow[]): string[] {
  return all.flatMap((row) => {
    const from = sourcesOf(row, all).map(({ name }) => name);
    return from.length === 0 ? [] : [`${row.name} is left out: its cells were taken from ${from.join(', ')}, and would count twice`];
  });
}
