import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWhere } from '../../protocol/where.ts';
import type { ColumnValues } from './file.ts';
import { evaluateWhere } from './where.ts';

const columns: Readonly<Record<string, ColumnValues>> = {
  dose: { kind: 'number', values: Float64Array.of(0, 0.05, 5, NaN) },
  share: { kind: 'number', values: Float32Array.of(0, 0.1, 0.3, NaN) },
  line: { kind: 'codes', codes: Int32Array.of(0, 1, 2, -1), categories: ['A549', 'HeLa', '7'] },
  well: { kind: 'codes', codes: Int32Array.of(1, 0, 1, -1), categories: ['1', '10'] },
  doublet: { kind: 'codes', codes: Int32Array.of(0, 1, 0, -1), categories: ['True', 'False'] },
  flag: { kind: 'number', values: Float64Array.of(1, 0, 2, NaN) },
};
const mask = (text: string): number[] => [...evaluateWhere(parseWhere(text), 4, (name) => columns[name]!)];

describe('missing values', () => {
  test.each([
    ['dose >= 0', [1, 1, 1, 0]], ['not (dose >= 0)', [0, 0, 0, 1]], ['dose != 5', [1, 1, 0, 1]], ['dose not in [5]', [1, 1, 0, 1]],
    ["line == 'A549'", [1, 0, 0, 0]], ["line != 'A549'", [0, 1, 1, 1]], ["line not in ['A549', 'HeLa']", [0, 0, 1, 1]], ["line < 'z'", [1, 1, 1, 0]],
    ['flag', [1, 0, 1, 0]], ['not flag', [0, 1, 0, 1]],
  ])('%s', (text, expected) => expect(mask(text)).toEqual(expected));
});

describe('labels and numbers', () => {
  test.each([
    // Numeric categories come from files as labels: they compare as the numbers they are.
    ['well == 10', [1, 0, 1, 0]], ['well < 5', [0, 1, 0, 0]], ["well == '10'", [1, 0, 1, 0]], ['line == 7', [0, 0, 1, 0]],
    ['doublet', [1, 0, 1, 0]], ['doublet == False', [0, 1, 0, 0]],
    // A number column never equals text, not even empty text, which JavaScript would read as 0.
    ["dose == ''", [0, 0, 0, 0]], ["dose != ''", [1, 1, 1, 1]], ["dose == 'high'", [0, 0, 0, 0]],
  ])('%s', (text, expected) => expect(mask(text)).toEqual(expected));
});

describe('single precision', () => {
  test.each([
    ['share == 0.1', [0, 1, 0, 0]], ['share <= 0.1', [1, 1, 0, 0]], ['share < 0.3', [1, 1, 0, 0]],
    ['dose == 0.05', [0, 1, 0, 0]], ['share in [0.1]', [0, 0, 0, 0]],
  ])('%s', (text, expected) => expect(mask(text)).toEqual(expected));
});

test('rows are judged alone: a run of rows gives that part of the whole mask', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(NaN)), { minLength: 1, maxLength: 50 });
  fc.assert(fc.property(values, fc.nat(), fc.nat(), (all, a, b) => {
    const numbers = Float64Array.from(all);
    const [start, end] = [Math.min(a % all.length, b % all.length), Math.max(a % all.length, b % all.length)];
    const where = parseWhere('x > 0 and x != 2 or not (x <= -1) and x in [0, 3]');
    const whole = evaluateWhere(where, all.length, () => ({ kind: 'number', values: numbers }));
    const part = evaluateWhere(where, end - start, () => ({ kind: 'number', values: numbers.subarray(start, end) }));
    expect([...part]).toEqual([...whole.subarray(start, end)]);
  }));
});
