/** Evaluates a where-expression for a run of cells, with pandas' rules for missing values (only != holds for them). */
import type { CompareOp, Literal, Where } from '../../protocol/where.ts';
import type { ColumnValues } from './file.ts';

export type ColumnLookup = (name: string) => ColumnValues;

/** One byte per row: 1 where the expression holds. */
export function evaluateWhere(where: Where, rows: number, column: ColumnLookup): Uint8Array {
  switch (where.kind) {
    case 'and': {
      const left = evaluateWhere(where.left, rows, column);
      const right = evaluateWhere(where.right, rows, column);
      return left.map((value, i) => value & right[i]!);
    }
    case 'or': {
      const left = evaluateWhere(where.left, rows, column);
      const right = evaluateWhere(where.right, rows, column);
      return left.map((value, i) => value | right[i]!);
    }
    case 'not':
      return evaluateWhere(where.of, rows, column).map((value) => 1 - value);
    case 'compare':
      return compareColumn(column(where.column), rows, where.op, where.value);
    case 'in': {
      const values = column(where.column);
      const out = new Uint8Array(rows);
      for (const literal of where.values) {
        const equal = compareColumn(values, rows, '==', literal, 'double');
        for (let i = 0; i < rows; i++) out[i]! |= equal[i]!;
      }
      return where.negated ? out.map((value) => 1 - value) : out;
    }
    case 'flag':
      return flagColumn(column(where.column), rows);
    default:
      return where satisfies never;
  }
}

/**
 * A literal meets a column of single precision in single precision (share == 0.1 finds float32's 0.1), but not inside a
 * list: that is what pandas does, and an exported notebook must choose the same cells.
 */
function compareColumn(column: ColumnValues, rows: number, op: CompareOp, literal: Literal, precision: 'column' | 'double' = 'column'): Uint8Array {
  const out = new Uint8Array(rows);
  if (column.kind === 'codes') {
    const holds = column.categories.map((label) => compareLabel(label, op, literal));
    for (let i = 0; i < rows; i++) {
      const code = column.codes[i]!;
      out[i] = code < 0 ? Number(op === '!=') : Number(holds[code]!);
    }
    return out;
  }
  // Text that is no number equals none.
  const exact = typeof literal === 'string' && literal.trim() === '' ? Number.NaN : Number(literal);
  const wanted = precision === 'column' && column.values instanceof Float32Array ? Math.fround(exact) : exact;
  for (let i = 0; i < rows; i++) out[i] = Number(compareNumbers(column.values[i]!, op, wanted));
  return out;
}

/** Text against text compares by code points; a label that is a number compares with numbers. */
function compareLabel(label: string, op: CompareOp, literal: Literal): boolean {
  if (typeof literal === 'string') {
    if (op === '==') return label === literal;
    if (op === '!=') return label !== literal;
    return compareNumbers(label < literal ? -1 : label > literal ? 1 : 0, op, 0);
  }
  if (typeof literal === 'boolean') return compareNumbers(/^true$/i.test(label) ? 1 : 0, op, Number(literal));
  return compareNumbers(label.trim() === '' ? Number.NaN : Number(label), op, literal);
}

function compareNumbers(a: number, op: CompareOp, b: number): boolean {
  switch (op) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return op satisfies never;
  }
}

function flagColumn(column: ColumnValues, rows: number): Uint8Array {
  if (column.kind === 'codes') return compareColumn(column, rows, '==', true);
  const out = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const value = column.values[i]!;
    out[i] = Number(value !== 0 && !Number.isNaN(value));
  }
  return out;
}
