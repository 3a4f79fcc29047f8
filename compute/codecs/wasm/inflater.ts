/**
 * The engine's own inflate: faster than zlib because it knows the size of the output, and without garbage because it decodes
 * into memory that stays. One instance per thread, made at its first use.
 */
import { loadWasm, pageBytes, type OwnMemory } from '../wasm-module.ts';

/** The module's functions (see assembly/index.ts): addresses and sizes in bytes. */
interface InflateExports extends OwnMemory {
  freeAddress(): number;
  prepare(): void;
  inflate(input: number, inputBytes: number, output: number, outBytes: number): number;
  inflateStart(input: number, inputBytes: number, output: number, wantedBytes: number): number;
  narrow64(from: number, count: number, to: number, signed: boolean): number;
}

export interface Inflater {
  /**
   * The `outBytes` bytes of a zlib stream, valid until the next call. Null when the sizes are beyond what this memory should
   * hold: ask zlib then. Throws a plain Error on damage, a wrong size or a wrong checksum.
   */
  inflate(stored: Uint8Array, outBytes: number): Uint8Array | null;
  /** The same for the first `wantedBytes` only; the checksum is not reached. */
  start(stored: Uint8Array, wantedBytes: number): Uint8Array | null;
  /**
   * 64-bit integers of what was last inflated as 32-bit ones, valid until the next call of anything here; null when `values`
   * lie elsewhere. `fits` is false when one of them is beyond 32 bits.
   */
  narrow(values: BigInt64Array | BigUint64Array): { readonly narrow: Int32Array; readonly fits: boolean } | null;
}

/** The memory never shrinks, so one huge chunk must not fix its size. */
const mostBytes = 32 << 20;
/** Room that the module asks for behind input and output, see assembly/index.ts. */
const inputSlack = 64;
const outputSlack = 512;

const reasons = [
  'it is sound', 'it is damaged', 'it ends too early', 'it holds more bytes than expected', 'it holds fewer bytes than expected',
  'its checksum does not match', 'it is no zlib stream',
];

let ofThread: Inflater | null | undefined;

/** This thread's inflater, null where the module has not been built. */
export function threadInflater(): Inflater | null {
  if (ofThread === undefined) {
    const wasm = loadWasm<InflateExports>('codecs/wasm/inflate.wasm', ['freeAddress', 'prepare', 'inflate', 'inflateStart', 'narrow64']);
    ofThread = wasm === null ? null : inflaterOver(wasm);
  }
  return ofThread;
}

function inflaterOver(wasm: InflateExports): Inflater {
  wasm.prepare();
  const input = wasm.freeAddress();
  let memory = new Uint8Array(wasm.memory.buffer);
  /** Where free memory begins behind the last output. */
  let behind = input;
  const decode = (stored: Uint8Array, outBytes: number, run: InflateExports['inflate']): Uint8Array | null => {
    // 64 bytes apart, so that numbers of any size are aligned in the output.
    const output = (input + stored.length + inputSlack + 63) & ~63;
    behind = (output + outBytes + outputSlack + 15) & ~15;
    // Half as much again, so that narrowing never makes the memory grow away under its input.
    const needed = behind + (outBytes >> 1);
    if (stored.length + outBytes > mostBytes) return null;
    // What was inflated twice lies here already, and growth would empty it.
    const source = stored.buffer === memory.buffer ? stored.slice() : stored;
    if (needed > memory.length) {
      wasm.memory.grow(Math.ceil((needed - memory.length) / pageBytes));
      memory = new Uint8Array(wasm.memory.buffer);
    }
    memory.set(source, input);
    const status = run(input, source.length, output, outBytes);
    if (status !== 0) throw new Error(`the compressed data cannot be read: ${reasons[status] ?? `status ${status}`}`);
    return memory.subarray(output, output + outBytes);
  };
  return {
    inflate: (stored, outBytes) => decode(stored, outBytes, wasm.inflate),
    start: (stored, wantedBytes) => decode(stored, wantedBytes, wasm.inflateStart),
    narrow: (values) => {
      if (values.buffer !== memory.buffer || behind + 4 * values.length > memory.length) return null;
      const bad = wasm.narrow64(values.byteOffset, values.length, behind, values instanceof BigInt64Array);
      return { narrow: new Int32Array(memory.buffer, behind, values.length), fits: bad === 0 };
    },
  };
}
