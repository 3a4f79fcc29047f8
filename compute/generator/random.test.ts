import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aliasDraw, aliasTable } from './alias.ts';
import { noiseShapes, noiseSteps, noiseTables } from './noise.ts';
import { createRandom, invertPoisson, poisson } from './random.ts';

const word = 2n ** 32n;
const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) % word;

/** The published recurrence of xoshiro128**, in exact arithmetic. */
function reference(state: readonly [bigint, bigint, bigint, bigint]): { value: bigint; next: [bigint, bigint, bigint, bigint] } {
  let [s0, s1, s2, s3] = state;
  const value = (rotl((s1 * 5n) % word, 7n) * 9n) % word;
  const t = (s1 << 9n) % word;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotl(s3, 11n);
  return { value, next: [s0, s1, s2, s3] };
}

/** MurmurHash3's finaliser over the words of the key, as random.ts documents the seeding. */
function seeded(seed: number, stream: number, index: number): [bigint, bigint, bigint, bigint] {
  const golden = 0x9e3779b9n;
  const mix = (x: bigint): bigint => {
    let h = x;
    h = ((h ^ (h >> 16n)) * 0x85ebca6bn) % word;
    h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) % word;
    return h ^ (h >> 16n);
  };
  const state = [1n, 2n, 3n, 4n].map((lane) => {
    let h = mix((lane * golden) % word);
    for (const key of [BigInt(seed) % word, BigInt(seed) / word, BigInt(stream)]) h = (mix(h ^ key) + golden) % word;
    return mix(h ^ BigInt(index));
  });
  return [state[0]!, state[1]!, state[2]!, state[3]!];
}

test('draws are those of xoshiro128** for any seed, stream and index', () => {
  const whole = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(fc.maxSafeNat(), whole, whole, (seed, stream, index) => {
      const random = createRandom(seed, stream, index);
      let state = seeded(seed, stream, index);
      for (let i = 0; i < 20; i++) {
        const { value, next } = reference(state);
        expect(BigInt(random.bits())).toBe(value);
        state = next;
      }
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('neighbouring rows have sequences that do not resemble each other', () => {
  const rows = 20_000;
  const random = createRandom();
  let sum = 0;
  let squares = 0;
  let products = 0;
  let last = 0.5;
  for (let row = 0; row < rows; row++) {
    random.reseed(3, 1001, row);
    const u = random.uniform();
    sum += u;
    squares += (u - 0.5) ** 2;
    products += (u - 0.5) * (last - 0.5);
    last = u;
  }
  // Five standard errors of each mean.
  expect(Math.abs(sum / rows - 1 / 2)).toBeLessThan(5 / Math.sqrt(12 * rows));
  expect(Math.abs(squares / rows - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / rows));
  expect(Math.abs(products / rows)).toBeLessThan(5 / 12 / Math.sqrt(rows));
});

test('Poisson numbers: the inversion is exact, mean and variance agree beyond its step', () => {
  // Distribution function of Poisson(2): 0.135335, 0.406006, 0.676676, 0.857123.
  expect([0, 0.135, 0.1354, 0.4059, 0.4061, 0.6766, 0.6768, 0.8571, 0.8572].map((u) => invertPoisson(u, 2))).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4]);
  const random = createRandom(9);
  for (const mean of [0.01, 3, 450]) {
    const draws = Array.from({ length: 40_000 }, () => poisson(random, mean));
    const average = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + (draw - average) ** 2, 0) / draws.length;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / draws.length));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(0.1 + (mean < 1 ? 0.2 : 0));
  }
  expect(poisson(random, 0)).toBe(0);
});

test('the alias table holds exactly the distribution it was made of', () => {
  const weights = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 50 }).filter((w) => w.some((x) => x > 1e-6));
  fc.assert(
    fc.property(weights, (given) => {
      const table = aliasTable(given);
      const total = given.reduce((sum, weight) => sum + weight, 0);
      const mass = new Float64Array(given.length);
      for (let slot = 0; slot < table.size; slot++) {
        mass[slot]! += table.stay[slot]! / table.size;
        mass[table.alias[slot]!]! += (1 - table.stay[slot]!) / table.size;
      }
      given.forEach((weight, i) => expect(mass[i]).toBeCloseTo(weight / total, 6));
    }),
    { seed: 2 },
  );
  const half = aliasTable([1, 3]);
  const draws = Array.from({ length: 1000 }, (_, i) => aliasDraw(half, Math.floor(((i + 0.5) / 1000) * 2 ** 32)));
  expect(draws.filter((draw) => draw === 1).length).toBe(750);
});

test('noise tables have mean 1 and the variance of their gamma distribution', () => {
  const tables = noiseTables();
  noiseShapes.forEach((shape, number) => {
    const values = [...tables.subarray(number * noiseSteps, (number + 1) * noiseSteps)];
    const mean = values.reduce((sum, value) => sum + value, 0) / noiseSteps;
    expect(mean).toBeCloseTo(1, 6);
    // 1,024 quantiles cut the far tail a little short.
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noiseSteps;
    expect(variance * shape).toBeGreaterThan(0.97);
    expect(variance * shape).toBeLessThan(1.001);
  });
});
