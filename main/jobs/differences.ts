/** What differs between the datasets of a run, said before it starts: columns, types, genes, and plates known to repeat. */
import type { DatasetRow } from '../catalog/datasets.ts';
import { datasetGroups } from '../catalog/dataset-index.ts';
import type { Catalog } from '../catalog/schema.ts';

/** Named at most, so that one odd file does not fill the page. */
const mostNotes = 12;

export function differencesOf(db: Catalog, datasets: readonly DatasetRow[]): string[] {
  const first = datasets[0];
  if (!first || datasets.length < 2) return [];
  const notes: string[] = [];
  const typesOf = (row: DatasetRow): Map<string, string> => new Map(row.report.obs.map(({ name, type }) => [name, type]));
  const reference = typesOf(first);
  for (const other of datasets.slice(1)) {
    const types = typesOf(other);
    const missing = [...reference.keys()].filter((name) => !types.has(name));
    const added = [...types.keys()].filter((name) => !reference.has(name));
    const changed = [...types].filter(([name, type]) => reference.has(name) && reference.get(name) !== type).map(([name, type]) => `${name} (${reference.get(name)!} / ${type})`);
    if (missing.length > 0) notes.push(`${other.name} lacks obs columns of ${first.name}: ${missing.join(', ')}`);
    if (added.length > 0) notes.push(`${other.name} has obs columns that ${first.name} lacks: ${added.join(', ')}`);
    if (changed.length > 0) notes.push(`obs columns differ in type between ${first.name} and ${other.name}: ${changed.join(', ')}`);
    if (other.varDigest !== first.varDigest) notes.push(`${other.name} does not list the genes of ${first.name} in the same order (${first.report.n_vars} and ${other.report.n_vars} genes): they are joined by name`);
  }
  const plates = new Set(datasets.flatMap((row) => datasetGroups(db, row.name).map(({ plate }) => plate)));
  if (plates.has('plate6') && plates.has('plate14')) notes.push('plate14 repeats the treatments of plate6: never train on one and test on the other as if it were new');
  return notes.length > mostNotes ? [...notes.slice(0, mostNotes), `and ${notes.length - mostNotes} more differences`] : notes;
}
