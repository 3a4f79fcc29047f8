import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutPaths, withoutPathsInside } from './paths.ts';

describe('withoutPaths', () => {
  test.each([
    ['/home/me/data/p1.h5ad', 'p1.h5ad'],
    ['/home/me/my data/plate 1.h5ad', 'plate 1.h5ad'],
    ['reading /home/me/data/p1.h5ad failed', 'reading p1.h5ad failed'],
    ["cannot open '/mnt/x/y.h5': no", "cannot open 'y.h5': no"],
    ['C:\\Users\\me\\p1.h5ad', 'p1.h5ad'],
    ['in C:\\Users\\me\\p1.h5ad now', 'in p1.h5ad now'],
    ['~/data/x.h5', 'x.h5'],
    ['file:///srv/data/x.h5 lost', 'x.h5 lost'],
  ])('%s', (given, expected) => expect(withoutPaths(given)).toBe(expected));

  test.each(['obs/cell_line', 'n/a', '3 / 4', 'layers/counts', 'https://example.org/a/b', 'drug 5 uM', 'a == 1 and/or b', '/'])('leaves %s', (text) =>
    expect(withoutPaths(text)).toBe(text));

  test('no folder of a path survives, wherever it stands', () => {
    const part = fc.stringMatching(/^[a-z0-9_.-]{3,9}$/).map((s) => `Q${s}`);
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), part, fc.constantFrom('', 'see ', '"', '(', 'x = '), (folders, file, before) => {
      const text = withoutPaths(`${before}/${folders.join('/')}/${file}`);
      expect(text).toBe(`${before}${file}`);
    }));
  });

  test('reaches into values', () => {
    expect(withoutPathsInside({ a: ['/x/y/z'], '/k/l/m': { b: '/p/q', n: 1, t: null } })).toEqual({ a: ['z'], m: { b: 'q', n: 1, t: null } });
  });
});
