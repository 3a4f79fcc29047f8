/**
 * The engine's own inflate: faster than zlib because it knows the size of the output, and without garbage because it decodes
 * into memory that stays. One instance per thread, made at its first use.
 */
import { loadInflate, type InflateExports } from './load.ts';

export interface Inflater {
  /**
   * The `outBytes` bytes of a zlib stream, valid until the next call. Null when the sizes are beyond what this memory should
   * hold: ask zlib then. Throws a plain Error on damage, a wrong size or a wrong checksum.
   */
  inflate(stored: Uint8Array, outBytes: number): Uint8Array | null;
}

/** The memory never shrinks, so one huge chunk must not fix its size. */
const mostBytes = 32 << 20;
/** Room that the module asks for behind input and output, see assembly/index.ts. */
const inputSlack = 64;
const outputSlack = 512;
const pageBytes = 65_536;

const reasons = [
  'it is sound', 'it is damaged', 'it ends too early', 'it holds more bytes than expected', 'it holds fewer bytes than expected',
  'its checksum does not match', 'it is no zlib stream',
];

let ofThread: Inflater | null | undefined;

/** This thread's inflater, null where the module has not been built. */
export function threadInflater(): Inflater | null {
  if (ofThread === undefined) {
    const wasm = loadInflate();
    ofThread = wasm === null ? null : inflaterOver(wasm);
  }
  return ofThread;
}

function inflaterOver(wasm: InflateExports): Inflater {
  wasm.prepare();
  const input = wasm.freeAddress();
  let memory = new Uint8Array(wasm.memory.buffer);
  return {
    inflate: (stored, outBytes) => {
      // 64 bytes apart, so that numbers of any size are aligned in the output.
      const output = (input + stored.length + inputSlack + 63) & ~63;
      const needed = output + outBytes + outputSlack;
      if (stored.length + outBytes > mostBytes) return null;
      // What was inflated twice lies here already, and growth would empty it.
      const source = stored.buffer === memory.buffer ? stored.slice() : stored;
      if (needed > memory.length) {
        wasm.memory.grow(Math.ceil((needed - memory.length) / pageBytes));
        memory = new Uint8Array(wasm.memory.buffer);
      }
      memory.set(source, input);
      const status = wasm.inflate(input, source.length, output, outBytes);
      if (status !== 0) throw new Error(`the compressed data cannot be read: ${reasons[status] ?? `status ${status}`}`);
      return memory.subarray(output, output + outBytes);
    },
  };
}
