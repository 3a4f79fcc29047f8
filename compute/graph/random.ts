/**
 * Seeded random numbers for algorithms whose result must depend on the seed alone: the same on every machine, in every
 * thread. Independent streams come from (seed, stream number), never from a shared generator.
 */

export interface Random {
  /** Uniform integer in [0, 2^32). */
  bits(): number;
  /** Uniform integer in [0, bound); bound up to 2^32. */
  below(bound: number): number;
  /** Uniform in [0, 1) with 32 random bits. */
  unit(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
}

/** Sfc32 (small fast counting generator of the PractRand suite), its state filled from the seed and the stream. */
export function makeRandom(seed: number, stream = 0): Random {
  // A seed may be any finite number: its low and high 32 bits both count.
  let a = mix(seed | 0);
  let b = mix(Math.floor(seed / 4294967296) ^ 0x9e3779b9);
  let c = mix(stream ^ 0x85ebca6b);
  let counter = 1;
  const bits = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 15; warmUp++) bits();
  const unit = (): number => bits() / 4294967296;
  return {
    bits,
    unit,
    below: (bound) => Math.floor(unit() * bound),
    normal: () => Math.sqrt(-2 * Math.log((bits() + 1) / 4294967297)) * Math.cos(2 * Math.PI * unit()),
  };
}

/** The finalising mix of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Shuffles the first `count` entries in place (Fisher-Yates). */
export function shuffle(array: Int32Array, count: number, random: Random): void {
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = array[i]!;
    array[i] = array[j]!;
    array[j] = held;
  }
}
