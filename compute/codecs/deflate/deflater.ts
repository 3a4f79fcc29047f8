/**
 * The engine's own deflate for chunks of shuffled numbers: runs and literals only, with a code for every plane of bytes. Several
 * times as fast as zlib's fastest level, into no more room; any zlib reads it. One instance per thread, made at its first use.
 */
import { loadWasm, pageBytes, type OwnMemory } from '../wasm-module.ts';

/** The module's functions (see assembly/index.ts): addresses and sizes in bytes. */
interface DeflateExports extends OwnMemory {
  freeAddress(): number;
  prepare(): void;
  mostBytes(bytes: number): number;
  deflate(raw: number, bytes: number, elementBytes: number, work: number, output: number): number;
}

export interface Deflater {
  /**
   * A zlib stream of `raw`, shuffled before when its elements have more than one byte; valid until the next call. Null when
   * the size is beyond what this memory should hold: ask zlib then.
   */
  deflate(raw: Uint8Array, elementBytes: number): Uint8Array | null;
}

/** The memory never shrinks, so one huge chunk must not fix its size. */
const mostBytes = 16 << 20;
/** Room that the module asks for around what it reads, see assembly/index.ts. */
const before = 16;
const behind = 64;

let ofThread: Deflater | null | undefined;

/** This thread's deflater, null where the module has not been built. */
export function threadDeflater(): Deflater | null {
  if (ofThread === undefined) {
    const wasm = loadWasm<DeflateExports>('codecs/deflate/deflate.wasm', ['freeAddress', 'prepare', 'mostBytes', 'deflate']);
    ofThread = wasm === null ? null : deflaterOver(wasm);
  }
  return ofThread;
}

function deflaterOver(wasm: DeflateExports): Deflater {
  wasm.prepare();
  const input = roundUp(wasm.freeAddress() + before);
  let memory = new Uint8Array(wasm.memory.buffer);
  return {
    deflate(raw, elementBytes) {
      if (raw.length > mostBytes) return null;
      const work = roundUp(input + raw.length + behind + before);
      const output = elementBytes > 1 ? roundUp(work + raw.length + behind) : work;
      const needed = output + wasm.mostBytes(raw.length);
      if (needed > memory.length) {
        wasm.memory.grow(Math.ceil((needed - memory.length) / pageBytes));
        memory = new Uint8Array(wasm.memory.buffer);
      }
      memory.set(raw, input);
      return memory.subarray(output, output + wasm.deflate(input, raw.length, elementBytes, work, output));
    },
  };
}

/** Whole vectors lie in one line of the processor's cache. */
function roundUp(address: number): number {
  return (address + 63) & ~63;
}
