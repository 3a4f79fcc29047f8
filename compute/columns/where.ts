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
      for (let i = 0; i < rows; i++) left[i]! &= right[i]!;
      return left;
    }
    case 'or': {
      const left = evaluateWhere(where.left, rows, column);
      const right = evaluateWhere(where.right, rows, column);
      for (let i = 0; i < rows; i++) left[i]! |= right[i]!;
      return left;
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
    // A missing label, code -1, comes first.
    const holds = new Uint8Array(column.categories.length + 1);
    holds[0] = Number(op === '!=');
    column.categories.forEach((label, code) => (holds[code + 1] = Number(compareLabel(label, op, literal))));
    for (let i = 0; i < rows; i++) out[i] = holds[column.codes[i]! + 1]!;
    return out;
  }
  // Text that is no number equals none.
  const exact = typeof literal === 'string' && literal.trim() === '' ? Number.NaN : Number(literal);
  const wanted = precision === 'column' && column.values instanceof Float32Array ? Math.fround(exact) : exact;
  compareAll(column.values, rows, op, wanted, out);
  return out;
}

/** One loop for each operator: millions of values a second more than asking for it at every value. */
function compareAll(values: ArrayLike<number>, rows: number, op: CompareOp, wanted: number, out: Uint8Array): void {
  switch (op) {
    case '==':
      for (let i = 0; i < rows; i++) out[i] = values[i]! === wanted ? 1 : 0;
      return;
    case '!=':
      for (let i = 0; i < rows; i++) out[i] = values[i]! !== wanted ? 1 : 0;
      return;
    case '<':
      for (let i = 0; i < rows; i++) out[i] = values[i]! < wanted ? 1 : 0;
      return;
    case '<=':
      for (let i = 0; i < rows; i++) out[i] = values[i]! <= wanted ? 1 : 0;
      return;
    case '>':
      for (let i = 0; i < rows; i++) out[i] = values[i]! > wanted ? 1 : 0;
      return;
    case '>=':
      for (let i = 0; i < rows; i++) out[i] = values[i]! >= wanted ? 1 : 0;
      return;
    default:
      op satisfies never;
  }
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
