/** What of a where-expression can hold for no cell of the registered files: an honest zero, and yet mostly a slip, so it is said. */
import { nearNames } from '../../protocol/format.ts';
import { conditionsIn, type Literal, type Where } from '../../protocol/where.ts';
import type { Catalog } from './schema.ts';
import { storedLabels } from './stored-json.ts';

const mostNotes = 5;

export function whereNotes(db: Catalog, where: Where, datasets: readonly string[]): string[] {
  const find = db.prepare<[string, string], { kind: string; labels: string | null }>('SELECT kind, labels FROM dataset_columns WHERE name = ? AND dataset IN (SELECT value FROM json_each(?))');
  const notes = new Set<string>();
  /** `equal`: asked for by its whole text, not by its place in an order. */
  const look = (column: string, literals: readonly Literal[], equal: boolean): void => {
    const found = find.all(column, JSON.stringify(datasets));
    if (found.length === 0) return;
    const numbers = found.every(({ kind }) => kind === 'number');
    const labels = found.every((one) => one.labels !== null) ? [...new Set(found.flatMap((one) => storedLabels(db, one.labels!)))] : null;
    for (const literal of literals) {
      if (typeof literal === 'string' && numbers && (literal.trim() === '' || Number.isNaN(Number(literal)))) notes.add(`'${column}' holds numbers, and '${literal}' is none`);
      if (typeof literal === 'string' && equal && labels !== null && !labels.includes(literal)) notes.add(`no cell's '${column}' is '${literal}'${nearest(nearNames(literal, labels))}`);
      if (typeof literal === 'number' && labels !== null && labels.every((label) => label.trim() === '' || Number.isNaN(Number(label)))) notes.add(`'${column}' holds texts, which no number is compared with`);
    }
  };
  for (const part of conditionsIn(where)) {
    if (part.kind === 'compare') look(part.column, [part.value], part.op === '==' || part.op === '!=');
    if (part.kind === 'in') look(part.column, part.values, true);
  }
  return [...notes].slice(0, mostNotes);
}

const nearest = (near: readonly string[]): string => (near.length > 0 ? `: did you mean ${near.map((name) => `'${name}'`).join(' or ')}?` : '');
