/** Names in a query as keys of the catalog: spelled out, found in any case, or refused with the nearest known ones. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import { doseKey, labelKey } from '../../protocol/labels.ts';
import type { Query } from '../../protocol/query.ts';
import { distinctNames, listDrugs, listLines } from './atlas.ts';
import type { Catalog } from './schema.ts';
import { storedLabels } from './stored-json.ts';

/** Null: not asked for. Empty: asked for, and nothing fits. */
export interface ResolvedQuery {
  readonly drugs: readonly string[] | null;
  readonly lines: readonly string[] | null;
  readonly doses: readonly number[] | null;
  readonly plates: readonly string[] | null;
  readonly samples: readonly string[] | null;
  readonly phases: readonly string[] | null;
  readonly levels: readonly string[] | null;
  readonly notes: readonly string[];
}

/** @throws not-found with near names for a drug, target, mechanism, line, tissue, plate, sample, phase or level that nothing knows */
export function resolveQuery(db: Catalog, query: Query): ResolvedQuery {
  const notes: string[] = [];
  const drugs = query.drug || query.target || query.mechanism ? drugsOf(db, query, notes) : null;
  const lines = query.line || query.tissue ? linesOf(db, query, notes) : null;
  const plates = query.plate ? pick('plate', query.plate, namesOf(db, 'plate'), notes) : null;
  const samples = query.sample ? pick('sample', query.sample, namesOf(db, 'sample'), notes) : null;
  const [phases, levels] = [amongLabels(db, 'phase', 'phase', query.phase, notes), amongLabels(db, 'level', 'pass_filter', query.level, notes)];
  return { drugs, lines, doses: query.dose?.map(doseKey) ?? null, plates, samples, phases, levels, notes };
}

function drugsOf(db: Catalog, query: Query, notes: string[]): string[] {
  const all = listDrugs(db);
  let chosen = new Set(all.map(({ drug }) => drug));
  const keep = (names: Iterable<string>): void => void (chosen = among(chosen, names));
  if (query.drug) keep(pick('drug', query.drug, [...chosen], notes));
  if (query.target) {
    const targets = new Set(pick('target', query.target, [...new Set(all.flatMap((drug) => drug.targets))], notes));
    keep(all.filter((drug) => drug.targets.some((name) => targets.has(name))).map(({ drug }) => drug));
  }
  if (query.mechanism) {
    const known = [...new Set(all.flatMap(({ moaFine, moaBroad }) => [moaFine, moaBroad]).filter((name) => name !== null))];
    const mechanisms = new Set(pick('mechanism', query.mechanism, known, notes));
    keep(all.filter(({ moaFine, moaBroad }) => mechanisms.has(moaFine ?? '') || mechanisms.has(moaBroad ?? '')).map(({ drug }) => drug));
  }
  return [...chosen];
}

function linesOf(db: Catalog, query: Query, notes: string[]): string[] {
  const all = listLines(db);
  let chosen = new Set(all.map(({ line }) => line));
  if (query.line) {
    const ids = new Map(all.flatMap((row) => [[row.line, row.line], [row.name, row.line], ...(row.depmap === null ? [] : [[row.depmap, row.line]])] as [string, string][]));
    const picked = pick('cell line', query.line, [...ids.keys()], notes).map((name) => ids.get(name)!);
    chosen = among(chosen, picked);
  }
  if (query.tissue) {
    const organs = new Set(pick('tissue', query.tissue, [...new Set(all.map(({ organ }) => organ).filter((organ) => organ !== null))], notes));
    chosen = among(chosen, all.filter(({ organ }) => organs.has(organ ?? '')).map(({ line }) => line));
  }
  return [...chosen];
}

const among = (chosen: ReadonlySet<string>, names: Iterable<string>): Set<string> => new Set([...names].filter((name) => chosen.has(name)));

/** Labels of an obs column of the registered files; where no file has it, that is said when they are asked. */
function amongLabels(db: Catalog, what: string, column: string, wanted: readonly string[] | undefined, notes: string[]): readonly string[] | null {
  if (!wanted) return null;
  const lists = db.prepare<[string], { labels: string }>('SELECT labels FROM dataset_columns WHERE name = ? AND labels IS NOT NULL').all(column);
  const known = [...new Set(lists.flatMap(({ labels }) => storedLabels(db, labels)))];
  return known.length === 0 ? wanted : pick(what, wanted, known, notes);
}

function namesOf(db: Catalog, column: 'plate' | 'sample'): string[] {
  const conditions = column === 'plate' ? " UNION SELECT name FROM condition_totals WHERE axis = 'plate'" : '';
  return distinctNames(db, `SELECT ${column} AS name FROM samples UNION SELECT ${column} FROM dataset_groups WHERE ${column} <> ''${conditions}`);
}

/** Exact keys first; another case where that names one thing only. */
function pick(what: string, wanted: readonly string[], known: readonly string[], notes: string[]): string[] {
  const exact = new Map(known.map((name) => [labelKey(name), name]));
  const folded = Map.groupBy(known, (name) => labelKey(name).toLowerCase());
  return [...new Set(wanted.map((name) => {
    const key = labelKey(name);
    const found = exact.get(key);
    if (found !== undefined) return found;
    const others = folded.get(key.toLowerCase()) ?? [];
    if (others.length !== 1) throw failure('not-found', { what, name, near: others.length > 1 ? others : nearNames(name, known) });
    notes.push(`${what} '${name}' is taken as '${others[0]!}'`);
    return others[0]!;
  }))];
}
