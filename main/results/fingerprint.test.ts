/** Fingerprints depend on everything a number can depend on, and on nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { print } from '../workspace.cases.ts';
import { canonical, stepFingerprint } from './fingerprint.ts';

const parts = { step: 'pca', version: 1, params: { n_comps: 50, mask: null }, seed: 0, genes: 'same', inputs: [print('a'), print('b')] };

test('every part counts, the order of parameters does not', () => {
  const base = stepFingerprint(parts);
  const others = [
    { ...parts, step: 'umap' }, { ...parts, version: 2 }, { ...parts, params: { n_comps: 51, mask: null } }, { ...parts, params: { n_comps: 50 } },
    { ...parts, seed: 1 }, { ...parts, genes: 'inner' }, { ...parts, inputs: [print('b'), print('a')] }, { ...parts, inputs: [print('a')] },
  ].map(stepFingerprint);
  expect(new Set([base, ...others]).size).toBe(9);
  expect(stepFingerprint({ ...parts, params: { mask: null, n_comps: 50 } })).toBe(base);
});

test('canonical text is JSON of the same value, whatever the order of keys', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
    const text = canonical(value);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    const turned = (inner: unknown): unknown => {
      if (Array.isArray(inner)) return inner.map(turned);
      if (typeof inner !== 'object' || inner === null) return inner;
      return Object.fromEntries(Object.entries(inner).reverse().map(([key, v]) => [key, turned(v)]));
    };
    expect(canonical(turned(value))).toBe(text);
  }), { numRuns: 300 });
});
