/** What registering a file finds out about its cells: labels of its columns, and cells per sample, line and treatment. */
import type { Fingerprint } from '../../protocol/ids.ts';
import { isKind } from '../../protocol/errors.ts';
import type { PlateIndex } from '../../protocol/jobs.ts';
import type { PlateFile } from '../stores/contract.ts';
import { cachedColumn } from './cached.ts';
import { countMatches } from './matches.ts';
import { rowPlaces } from './row-places.ts';

/** Columns that make up a condition, as the atlas names them. */
export const conditionColumns = ['plate', 'sample', 'drug', 'drugname_drugconc', 'cell_line', 'cell_name', 'pass_filter'] as const;

/** Labels of a column that are listed at most. */
const mostLabels = 5000;

export async function indexPlate(plate: PlateFile, fingerprint: Fingerprint, cache: string): Promise<PlateIndex> {
  const columns = plate.obsColumns.flatMap((name) => describe(plate, name) ?? []);
  const listed = new Set(columns.filter(({ kind }) => kind === 'codes').map(({ name }) => name));
  const by = conditionColumns.filter((name) => listed.has(name));
  if (!by.some((name) => name === 'sample' || name === 'drug' || name === 'cell_line')) return { columns, groups: [] };
  const places = await rowPlaces(plate.counts());
  try {
    const files = new Map(by.map((name) => [name as string, cachedColumn(plate, name, fingerprint, cache)]));
    const { groups } = countMatches({ rows: plate.nObs, columns: files, where: null, by, places, stopIfCancelled: () => undefined });
    return { columns, groups };
  } finally {
    places.close();
  }
}

function describe(plate: PlateFile, name: string): PlateIndex['columns'][number] | null {
  try {
    const first = plate.obsColumn(name, 0, Math.min(1, plate.nObs));
    if (first.kind === 'string') return { name, kind: 'text', labels: null };
    if (first.kind !== 'categorical') return { name, kind: 'number', labels: null };
    return { name, kind: 'codes', labels: first.categories.length <= mostLabels ? first.categories : null };
  } catch (thrown) {
    // Told by inspect already; the column cannot be asked for.
    if (isKind(thrown, 'unsupported-encoding')) return null;
    throw thrown;
  }
}
