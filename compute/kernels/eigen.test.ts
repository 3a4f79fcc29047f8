import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cpuKernels } from './cpu/index.ts';
import { denseEigen } from './eigen.dense.ts';
import { topEigen } from './eigen.ts';
import type { TopEigen } from './eigen.ts';
import { createRandom } from '../random/random.ts';
import { pythonWith } from './testing/python.ts';
import { createWasmKernelsSync } from './wasm/index.ts';

const python = pythonWith('numpy');
const folder = mkdtempSync(join(tmpdir(), 'truckee-eigen-'));
afterAll(() => rmSync(folder, { recursive: true }));
const kernels = createWasmKernelsSync() ?? cpuKernels;

/** Values and eigenvectors (rows) of numpy.linalg.eigh, descending. */
function eigh(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const [input, values, vectors] = ['matrix', 'values', 'vectors'].map((name) => join(folder, name));
  writeFileSync(input!, matrix);
  const run = spawnSync(python!, [join(import.meta.dirname, 'eigen.numpy.py'), input!, String(n), values!, vectors!], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  const read = (path: string): Float64Array => new Float64Array(new Uint8Array(readFileSync(path)).buffer);
  return { values: read(values!), vectors: read(vectors!) };
}

const diagonal = (values: readonly number[]): Float64Array => {
  const matrix = new Float64Array(values.length ** 2);
  values.forEach((value, i) => (matrix[i * values.length + i] = value));
  return matrix;
};

/** B diag(weights) B' for `weights.length` random directions: rank at most their number. */
function fromFactors(n: number, weights: readonly number[], seed: number): Float64Array {
  const random = createRandom(seed);
  const matrix = new Float64Array(n * n);
  for (const weight of weights) {
    const direction = Float64Array.from({ length: n }, () => random.normal());
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix[i * n + j]! += weight * direction[i]! * direction[j]!;
  }
  return matrix;
}

/** The same spectrum in a random basis: eigenvectors are no longer unit vectors. */
function turned(values: readonly number[], seed: number): Float64Array {
  const n = values.length;
  const random = createRandom(seed);
  let matrix = diagonal(values);
  for (let round = 0; round < 3; round++) {
    const v = Float64Array.from({ length: n }, () => random.normal());
    const square = v.reduce((sum, value) => sum + value * value, 0);
    const mv = Float64Array.from({ length: n }, (_, i) => v.reduce((sum, value, j) => sum + value * matrix[i * n + j]!, 0));
    const vmv = v.reduce((sum, value, i) => sum + value * mv[i]!, 0);
    matrix = matrix.map((value, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return value - (2 / square) * (v[i]! * mv[j]! + mv[i]! * v[j]!) + (4 / square ** 2) * vmv * v[i]! * v[j]!;
    });
  }
  return matrix;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const spectrum = (n: number, value: (i: number) => number): number[] => range(n).map(value);

const matrices: { [name: string]: { matrix: Float64Array; g: number; k: number; method: TopEigen['method'] } } = {
  'random covariance': { matrix: fromFactors(300, spectrum(600, (i) => 3 / (1 + i / 40)), 1), g: 300, k: 50, method: 'lanczos' },
  'flat spectrum': { matrix: fromFactors(260, spectrum(4000, () => 1 / 4000), 2), g: 260, k: 40, method: 'lanczos' },
  'low rank': { matrix: fromFactors(280, spectrum(7, (i) => 7 - i), 3), g: 280, k: 30, method: 'lanczos' },
  'repeated values on the diagonal': { matrix: diagonal(spectrum(300, (i) => 20 - Math.floor((i * 7) % 300 / 6))), g: 300, k: 25, method: 'lanczos' },
  'repeated values, turned': { matrix: turned(spectrum(260, (i) => (i < 9 ? 5 : i < 12 ? 4.5 : 4 / (1 + i % 40))), 5), g: 260, k: 14, method: 'lanczos' },
  'copies of the last wanted value': { matrix: turned(spectrum(240, (i) => (i < 3 ? 9 : i < 8 ? 6 : 5 * (1 - i / 400))), 6), g: 240, k: 6, method: 'lanczos' },
  identity: { matrix: diagonal(spectrum(320, () => 1)), g: 320, k: 12, method: 'lanczos' },
  zero: { matrix: new Float64Array(250 * 250), g: 250, k: 5, method: 'lanczos' },
  'negative values only': { matrix: fromFactors(250, spectrum(500, (i) => -1 / (1 + i)), 7), g: 250, k: 10, method: 'lanczos' },
  'tiny scale': { matrix: fromFactors(230, spectrum(300, () => 1e-12), 8), g: 230, k: 8, method: 'lanczos' },
  'clustered values': { matrix: turned(spectrum(240, (i) => (i < 10 ? 3 + i * 1e-11 : 2 - i / 200)), 9), g: 240, k: 10, method: 'lanczos' },
  'order one': { matrix: Float64Array.of(-4), g: 1, k: 1, method: 'dense' },
  'order two': { matrix: Float64Array.of(1, 2, 2, -3), g: 2, k: 2, method: 'dense' },
  'all pairs': { matrix: fromFactors(120, spectrum(150, (i) => 1 + i), 10), g: 120, k: 120, method: 'dense' },
  'many pairs of a large matrix': { matrix: fromFactors(230, spectrum(300, (i) => 1 + i), 11), g: 230, k: 200, method: 'dense' },
};

describe.skipIf(python === undefined).each(Object.keys(matrices))('against numpy.linalg.eigh (needs python3 with numpy): %s', (name) => {
  test('values, residuals, orthonormality, subspaces, signs', () => {
    const { matrix, g, k, method } = matrices[name]!;
    const result = topEigen(matrix, g, k, kernels);
    expect(result.method).toBe(method);
    const reference = eigh(matrix, g);
    const norm = Math.max(...reference.values.map(Math.abs));
    const vector = (i: number): Float64Array => result.vectors.subarray(i * g, (i + 1) * g);
    const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    for (let i = 0; i < k; i++) {
      // A residual of 1e-9 moves a value by no more than that.
      expect(Math.abs(result.values[i]! - reference.values[i]!)).toBeLessThanOrEqual(1e-9 * norm);
      const product = Float64Array.from({ length: g }, (_, r) => dot(matrix.subarray(r * g, (r + 1) * g), vector(i)));
      const residual = Math.hypot(...product.map((value, r) => value - result.values[i]! * vector(i)[r]!));
      expect(residual).toBeLessThanOrEqual(1e-9 * norm);
      for (let j = 0; j <= i; j++) expect(Math.abs(dot(vector(i), vector(j)) - (i === j ? 1 : 0))).toBeLessThan(1e-12);
      const lead = vector(i).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(vector(i).find((value) => Math.abs(value) >= lead * (1 - 1e-9))).toBeGreaterThan(0);
      // The vector lies in the span of all reference vectors with nearly the same value.
      const close = range(g).filter((j) => Math.abs(reference.values[j]! - reference.values[i]!) <= 1e-4 * norm);
      const inside = close.reduce((sum, j) => sum + dot(vector(i), reference.vectors.subarray(j * g, (j + 1) * g)) ** 2, 0);
      expect(1 - inside).toBeLessThan(1e-9);
    }
  });
});

test('equal seeds give equal bits; the seed decides only the basis of repeated values', () => {
  const matrix = turned(spectrum(210, (i) => (i < 4 ? 2 : 1 / (1 + i))), 4);
  const [one, same, other] = [1, 1, 2].map((seed) => topEigen(matrix, 210, 6, { symv: kernels.symv, seed }));
  expect(same).toEqual(one);
  other!.values.forEach((value, i) => expect(value).toBeCloseTo(one!.values[i]!, 9));
});

test('through an arena the result is the same and nothing stays taken', () => {
  const matrix = fromFactors(220, spectrum(300, (i) => 1 / (1 + i)), 12);
  const wasm = createWasmKernelsSync();
  const set = wasm ?? cpuKernels;
  expect(topEigen(matrix, 220, 5, { symv: set.symv, arena: set.arena })).toEqual(topEigen(matrix, 220, 5, { symv: set.symv }));
  expect(wasm?.usedBytes() ?? 0).toBe(0);
});

test('the full decomposition rebuilds the matrix', () => {
  const n = 61;
  const matrix = fromFactors(n, spectrum(n, (i) => (i % 3) - 1), 13);
  const { values, vectors } = denseEigen(matrix, n, n);
  const scale = Math.max(...matrix.map(Math.abs));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const sum = range(n).reduce((total, e) => total + values[e]! * vectors[e * n + i]! * vectors[e * n + j]!, 0);
      expect(Math.abs(sum - matrix[i * n + j]!)).toBeLessThan(1e-12 * scale * n);
    }
  }
});

test('pairs that do not fit are not returned: with a product that is not symmetric neither way passes the check', () => {
  const matrix = fromFactors(210, spectrum(300, () => 1), 14);
  const skewed: typeof kernels.symv = (_, n, x, y) => y.forEach((__, i) => (y[i] = x[(i + 1) % n]! * (1 + i)));
  expect(() => topEigen(matrix, 210, 3, { symv: skewed })).toThrow(/relative residual/);
});

test.each([0, 3, 1.5, Number.NaN])('k = %d of order two is refused', (k) => {
  expect(() => topEigen(Float64Array.of(1, 0, 0, 1), 2, k, kernels)).toThrow(/eigenpairs of a matrix of order 2/);
});

test('entries that are not finite are refused', () => {
  expect(() => topEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2, 1, kernels)).toThrow(/not finite/);
});
