import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTruckeeError } from './errors.ts';
import { columnsOf, parseWhere } from './where.ts';

describe('where-expressions', () => {
  test('reads the expression of the clean mixology cells', () => {
    expect(parseWhere("demuxlet_cls == 'SNG' and cell_number == 1")).toEqual({
      kind: 'and',
      left: { kind: 'compare', column: 'demuxlet_cls', op: '==', value: 'SNG' },
      right: { kind: 'compare', column: 'cell_number', op: '==', value: 1 },
    });
  });

  test('binds not before and before or, as Python does', () => {
    const parsed = parseWhere('not a and b or c');
    expect(parsed).toEqual({
      kind: 'or',
      left: { kind: 'and', left: { kind: 'not', of: { kind: 'flag', column: 'a' } }, right: { kind: 'flag', column: 'b' } },
      right: { kind: 'flag', column: 'c' },
    });
  });

  test('turns a literal on the left around', () => {
    expect(parseWhere('0.5 < pct')).toEqual({ kind: 'compare', column: 'pct', op: '>', value: 0.5 });
  });

  test('reads lists, negated lists, quoted columns and escapes', () => {
    expect(parseWhere("`cell type` not in ['a', \"b'c\", 'd\\'e', -1.5e3]")).toEqual({
      kind: 'in', column: 'cell type', values: ['a', "b'c", "d'e", -1500], negated: true,
    });
  });

  test('names every column once', () => {
    expect(columnsOf(parseWhere("a > 1 and (b == 'x' or not a < 5) and γ_oryzanol"))).toEqual(['a', 'b', 'γ_oryzanol']);
  });

  test.each([
    ["a = 'x'", 2, "use '=='"],
    ['a == x', 5, "'x'"],
    ["(a == 'x'", 9, "')' is missing"],
    ["a == 'x", 5, 'never closed'],
    ["a == 'x' b", 9, 'nothing was expected'],
    ['', 0, 'column name'],
    ['a in 3', 5, 'list'],
  ])('says where %s is wrong', (text, position, words) => {
    let thrown: unknown;
    try {
      parseWhere(text);
    } catch (error) {
      thrown = error;
    }
    if (!isTruckeeError(thrown)) throw new Error('nothing was refused');
    expect(thrown.kind).toBe('bad-expression');
    expect(thrown.data.facts['position']).toBe(position);
    expect(thrown.message).toContain(words);
  });

  test('refuses any garbage with a typed error and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        try {
          parseWhere(text);
        } catch (error) {
          expect(isTruckeeError(error)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('ends on deep nesting instead of overflowing', () => {
    expect(() => parseWhere(`${'('.repeat(100_000)}a`)).toThrow(/nested too deeply/);
  });
});
