import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvNumber, csvText } from './csv.ts';

describe('csvText', () => {
  test.each([
    ['=1+1', "'=1+1"], ['+cmd', "'+cmd"], ['-x', "'-x"], ['@sum', "'@sum"], ['\tx', "'\tx"], ['\rx', '"\'\rx"'], ['=a,"b"', '"\'=a,""b"""'],
    ['-5', '-5'], ['+1.5e-3', '+1.5e-3'], ['-5+2', "'-5+2"], ['plain', 'plain'], ['a,b', '"a,b"'], ['a\nb', '"a\nb"'], ['', ''], ["'q", "'q"],
  ])('%j', (given, expected) => expect(csvText(given)).toBe(expected));

  test('no text can start a formula once a reader has taken the quotes off', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '"', ',', 'a', '1', '.') }), (text) => {
      const field = csvText(text);
      const seen = field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
      expect(/^[=@\t\r]/.test(seen) || (/^[+-]/.test(seen) && Number.isNaN(Number(seen)))).toBe(false);
      expect(seen.replace(/^'/, '')).toBe(text.replace(/^'/, ''));
    }));
  });
});

describe('csvNumber', () => {
  test('reads back as the same number', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => Number(csvNumber(x)) === x));
    fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (x) => Math.fround(Number(csvNumber(x, true))) === x));
  });
  test.each([[0.1, '0.1'], [Math.fround(0.1), '0.1'], [3, '3'], [Number.NaN, ''], [Number.POSITIVE_INFINITY, 'inf'], [Number.NEGATIVE_INFINITY, '-inf']])('%d', (x, text) =>
    expect(csvNumber(x, true)).toBe(text));
});
