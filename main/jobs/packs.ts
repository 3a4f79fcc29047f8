/** What is said before a run about packs beside its plates. Whether one still fits its file is seen when it is opened. */
import { existsSync } from 'node:fs';
import { formatBytes } from '../../protocol/format.ts';
import type { DatasetRow } from '../catalog/datasets.ts';

/** A pack has about so much of its gzip file's bytes. */
const packShare = 0.4;

export function packNotes(datasets: readonly Pick<DatasetRow, 'name' | 'path' | 'bytes'>[], build: boolean): string[] {
  const [there, missing] = [datasets.filter(hasPack), datasets.filter((row) => !hasPack(row))];
  const names = (rows: typeof there): string => (rows.length > 3 ? `${rows.length} plates` : rows.map(({ name }) => name).join(', '));
  const bytes = missing.reduce((sum, row) => sum + row.bytes, 0) * packShare;
  return [
    ...(there.length > 0 ? [`${names(there)}: there is a pack beside the file; where it fits it is read in its place, with the same results.`] : []),
    ...(build && missing.length > 0 ? [`${names(missing)}: packs are built beside the files first, some ${formatBytes(bytes)}; a run that is stopped goes on with them.`] : []),
  ];
}

const hasPack = ({ path }: { readonly path: string }): boolean => existsSync(`${path}.pack`);
