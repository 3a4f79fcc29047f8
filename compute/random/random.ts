/**
 * The one source of pseudo-random numbers: xoshiro128** (Blackman and Vigna), 32 bits a draw. Its four words of state are
 * hashed from (seed, stream, index), so every use - a plate, a row, a tree of a search - has a sequence of its own that does
 * not depend on what was drawn elsewhere, in which order or in which worker.
 */

export interface Random {
  /** Starts the sequence of (seed, stream, index): seed up to 2^53, stream and index 32-bit numbers. */
  reseed(seed: number, stream: number, index: number): void;
  /** 32 random bits as a number from 0 to 2^32 - 1. */
  bits(): number;
  /** Between 0 and 1, both exclusive. */
  uniform(): number;
  /** A whole number from 0 to n - 1. */
  below(n: number): number;
  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number;
}

/** The 32-bit finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const goldenRatio = 0x9e3779b9;

export function createRandom(seed = 0, stream = 0, index = 0): Random {
  // An Int32Array keeps the state unboxed; plain closure variables of 32 bits would be allocated on every draw.
  const state = new Int32Array(4);

  const bits = (): number => {
    const s1 = state[1]!;
    const s3 = state[3]! ^ s1;
    const s2 = state[2]! ^ state[0]!;
    const times5 = Math.imul(s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    state[1] = s1 ^ s2;
    state[0] = state[0]! ^ s3;
    state[2] = s2 ^ (s1 << 9);
    state[3] = (s3 << 11) | (s3 >>> 21);
    return result;
  };
  const uniform = (): number => (bits() + 0.5) / 2 ** 32;

  const random: Random = {
    reseed(newSeed, newStream, newIndex) {
      for (let word = 0; word < 4; word++) {
        let h = mix(Math.imul(word + 1, goldenRatio));
        h = mix(h ^ (newSeed | 0)) + goldenRatio;
        h = mix(h ^ Math.floor(newSeed / 2 ** 32)) + goldenRatio;
        h = mix(h ^ newStream) + goldenRatio;
        state[word] = mix(h ^ newIndex);
      }
      // The one state that xoshiro never leaves.
      if ((state[0]! | state[1]! | state[2]! | state[3]!) === 0) state[0] = 1;
    },
    bits,
    uniform,
    below: (n) => Math.floor(uniform() * n),
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
  random.reseed(seed, stream, index);
  return random;
}
