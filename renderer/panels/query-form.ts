/** The form of a question about cells: its fields, what they offer, and the same question for the command line. */
import type { CatalogDrug, CatalogLine, CatalogPlate } from '../../protocol/api.data.ts';
import type { Query } from '../../protocol/query.ts';

/** Fields with names; those after `often` stand folded away until they are wanted. */
export const nameFields = [
  { name: 'drug', label: 'Drug', example: 'Dabrafenib or DMSO_TF', often: true }, { name: 'dose', label: 'Dose (uM)', example: '0.05, 0.5 or 5', often: true },
  { name: 'line', label: 'Cell line', example: 'A549 or CVCL_0023', often: true }, { name: 'plate', label: 'Plate', example: 'plate3', often: true },
  { name: 'target', label: 'Target', example: 'BRAF', often: false }, { name: 'mechanism', label: 'Mechanism', example: 'RAF inhibitor', often: false },
  { name: 'tissue', label: 'Organ', example: 'Lung', often: false }, { name: 'sample', label: 'Sample (well)', example: 'smp_1687', often: false },
  { name: 'phase', label: 'Phase', example: 'G1', often: false }, { name: 'level', label: 'Filter level', example: 'full', often: false },
] as const;

export type NameField = (typeof nameFields)[number]['name'];
export interface QueryWords { readonly names: Readonly<Partial<Record<NameField, string>>>; readonly where: string }

/**
 * Names separated by commas are alternatives, but a name may hold commas itself: what is offered as it stands is one name.
 * A dose that is no number is left out; a condition is one expression.
 */
export function queryOf({ names, where }: QueryWords, offers: Readonly<Partial<Record<NameField, readonly string[]>>> = {}): Query {
  const fields = Object.entries(names).flatMap(([field, text]): [string, unknown][] => {
    const parts = offers[field as NameField]?.includes(text.trim()) ? [text.trim()] : text.split(',').map((part) => part.trim()).filter((part) => part !== '');
    const given = field === 'dose' ? parts.map((part) => Number(part.replace(/\s*[uµμ]M$/i, ''))).filter((dose) => Number.isFinite(dose) && dose >= 0) : parts;
    return given.length > 0 ? [[field, given]] : [];
  });
  return Object.fromEntries(where.trim() === '' ? fields : [...fields, ['where', where.trim()]]) as Query;
}

export interface Known { readonly drugs: readonly CatalogDrug[]; readonly lines: readonly CatalogLine[]; readonly plates: readonly CatalogPlate[] }

/** What can be chosen, as far as the catalog and the registered files know it. */
export function offersOf({ drugs, lines, plates }: Known): Readonly<Record<NameField, readonly string[]>> {
  const distinct = (values: readonly (string | null)[]): string[] => [...new Set(values.filter((value): value is string => value !== null && value !== ''))].sort((a, b) => a.localeCompare(b));
  return {
    drug: distinct(drugs.map(({ drug }) => drug)), dose: ['0', '0.05', '0.5', '5'], line: distinct(lines.map(({ name }) => name)),
    plate: distinct(plates.map(({ plate }) => plate)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })), target: distinct(drugs.flatMap(({ targets }) => targets)),
    mechanism: distinct(drugs.flatMap(({ moaBroad, moaFine }) => [moaBroad, moaFine])), tissue: distinct(lines.map(({ organ }) => organ)), sample: [], phase: ['G1', 'S', 'G2M'], level: ['full', 'minimal'],
  };
}

/** The same question as a command that writes the cells to a file. */
export function commandOf(query: Query): string {
  const quoted = (value: string | number): string => (/^[\w.-]+$/.test(String(value)) ? String(value) : `'${String(value).replaceAll("'", String.raw`'\''`)}'`);
  const options = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : (Array.isArray(value) ? value : [value]).map((one) => `--${name} ${quoted(one as string | number)}`)));
  return ['truckee query', ...options, '--out cells.h5ad'].join(' ');
}

/** A name for the file of its cells: what is asked for, in letters that every disk takes. */
export function fileNameOf(query: Query): string {
  const parts = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : name === 'where' ? ['where'] : (Array.isArray(value) ? value : [value]).map(String)));
  return parts.join('-').replaceAll(/[^\p{L}\p{N}.]+/gu, '-').replace(/^[-.]+/, '').slice(0, 80).replace(/[-.]+$/, '') || 'cells';
}
