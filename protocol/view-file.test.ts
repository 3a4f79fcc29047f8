import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKind } from './errors.ts';
import { decodeView, encodeView, type View } from './view-file.ts';

const view = (n: number, label: string): View => ({
  header: {
    truckeeView: 1, basis: 'X_umap', axes: ['UMAP1', 'UMAP2'], points: n, placed: n + 1, cells: n + 5, varianceRatio: null, demo: true,
    color: { kind: 'categories', column: label, categories: [label, 'b'], counts: [n, 5], missing: 0 },
  },
  x: Float32Array.from({ length: n }, (_, i) => i / 3), y: Float32Array.from({ length: n }, (_, i) => -i), codes: Int32Array.from({ length: n }, (_, i) => (i % 3) - 1), values: null,
});
const damaged = (error: unknown): boolean => isKind(error, 'corrupt-result');

describe('view file', () => {
  test('comes back as it was, from any place in a buffer', () => {
    fc.assert(fc.property(fc.nat(50), fc.string({ unit: 'grapheme' }), fc.nat(7), (n, label, offset) => {
      const bytes = encodeView(view(n, label));
      const inside = new Uint8Array(bytes.length + offset);
      inside.set(bytes, offset);
      expect(decodeView(inside.subarray(offset), 'v')).toEqual(view(n, label));
      expect(decodeView(Buffer.from(inside).subarray(offset), 'v')).toEqual(view(n, label));
    }));
  });

  test('the layout is the documented one', () => {
    const bytes = encodeView(view(3, 'a'));
    const head = new DataView(bytes.buffer).getUint32(0, true);
    expect((4 + head) % 8).toBe(0);
    expect(bytes.length).toBe(4 + head + 3 * 12);
    expect(new DataView(bytes.buffer).getFloat32(4 + head + 4, true)).toBeCloseTo(1 / 3, 6);
    expect(new DataView(bytes.buffer).getInt32(4 + head + 24, true)).toBe(-1);
  });

  test('damage is found: cut, lengthened, another file, a code without category', () => {
    const bytes = encodeView(view(4, 'a'));
    expect(() => decodeView(bytes.subarray(0, bytes.length - 1), 'v')).toThrowError(expect.toSatisfy(damaged));
    expect(() => decodeView(new Uint8Array([...bytes, 0]), 'v')).toThrowError(expect.toSatisfy(damaged));
    expect(() => decodeView(new TextEncoder().encode('<svg xmlns="">'), 'v')).toThrowError(expect.toSatisfy(damaged));
    expect(() => decodeView(new Uint8Array(2), 'v')).toThrowError(expect.toSatisfy(damaged));
    const odd = view(4, 'a');
    odd.codes![0] = 2;
    expect(() => decodeView(encodeView(odd), 'v')).toThrowError(expect.toSatisfy(damaged));
  });
});
