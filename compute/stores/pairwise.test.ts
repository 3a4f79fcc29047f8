import { expect, test } from 'vitest';
import { pairwiseSum } from './pairwise.ts';

/** Values of mixed size and sign; the same generator ran in Python. */
function series(length: number): Float64Array {
  const out = new Float64Array(length);
  let x = length + 1;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    out[i] = (x - 1073741824) / (1 + (x % 1000)) / 3;
  }
  return out;
}

/** numpy 1.24 `values.sum()` of series(length). */
const numpySums: readonly (readonly [length: number, sum: number])[] = [
  [0, 0], [1, -1798196.164893617], [7, -2117231.915715902], [8, -2554652.183120184], [9, 171158.77740414382],
  [15, 17142512.722271945], [127, 15517272.801166587], [128, 31165370.631921366], [129, 20758755.1843869],
  [136, 98750065.04691541], [255, -16758300.957878694], [256, 11453256.440991223], [257, -14916926.63513481],
  [1000, -50136896.36975742], [8191, -220869210.70218384], [8193, 329898347.71466976], [65537, -2499869491.4275365],
  [200001, 3315059575.178306],
];

test.each(numpySums)('%i values sum to the very float64 numpy gives, in pieces of any size', (length, sum) => {
  const values = series(length);
  for (const piece of [1, 5, 128, 1000, 65536]) {
    const running = pairwiseSum();
    for (let at = 0; at < length; at += piece) running.add(values.subarray(at), Math.min(piece, length - at));
    expect(running.value()).toBe(sum);
  }
});

test('order of summation matters for these values, so the test above can fail', () => {
  const plain = series(200001).reduce((sum, value) => sum + value, 0);
  expect(plain).not.toBe(3315059575.178306);
});
