/** A where-expression over the columns of the condition table as SQL with bound values: user text never becomes SQL. */
import { labelKey } from '../../protocol/labels.ts';
import { columnsOf, type Literal, type Where } from '../../protocol/where.ts';

/** Obs columns that conditions have too, and how SQL names them. */
const conditionColumns: ReadonlyMap<string, string> = new Map([
  ['drug', 'c.drug'], ['cell_line', 'c.line'], ['cell_name', 'coalesce(l.name, c.line)'], ['plate', 'c.plate'], ['dose', 'c.dose'],
]);

export interface WhereSql {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Columns that only cells have. */
export function cellColumnsOf(where: Where): string[] {
  return columnsOf(where).filter((name) => !conditionColumns.has(name));
}

/** Every column must be one of conditions. */
export function whereSql(where: Where): WhereSql {
  const values: (string | number)[] = [];
  const bind = (value: Literal): string => {
    // Labels are kept by their keys: one that is written as the files have it, blanks included, means the same.
    values.push(typeof value === 'boolean' ? Number(value) : typeof value === 'string' ? labelKey(value) : value);
    return '?';
  };
  const column = (name: string): string => conditionColumns.get(name)!;
  const write = (part: Where): string => {
    switch (part.kind) {
      case 'and':
      case 'or':
        return `(${write(part.left)} ${part.kind.toUpperCase()} ${write(part.right)})`;
      case 'not':
        return `(NOT ${write(part.of)})`;
      case 'compare':
        return `(${column(part.column)} ${part.op === '==' ? '=' : part.op} ${bind(part.value)})`;
      case 'in':
        return `(${column(part.column)} ${part.negated ? 'NOT ' : ''}IN (${part.values.map(bind).join(', ')}))`;
      case 'flag':
        return `(${column(part.column)} <> 0)`;
      default:
        return part satisfies never;
    }
  };
  return { sql: write(where), values };
}
