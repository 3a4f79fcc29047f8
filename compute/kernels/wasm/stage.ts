/**
 * Turns the arrays of one kernel call into addresses: views of the kernels' memory are used where they lie, others are
 * copied in, and copied back when the kernel changes them. Everything taken is given back when the call ends.
 */
import { assertLength } from '../check.ts';
import type { LinearMemory } from './memory.ts';

/** The arrays that kernels take. */
export type KernelArray = Int32Array | Float32Array | Float64Array | Uint8Array;

export interface Stage {
  /** Address of the first `length` entries, to be read. Throws when the array is shorter. */
  input(array: KernelArray, length: number, name: string): number;
  /** The same for entries that the kernel changes; what it leaves alone keeps its value. */
  output(array: KernelArray, length: number, name: string): number;
  /** Address of `bytes` bytes with unknown contents. */
  scratch(bytes: number): number;
}

export function withStage<T>(memory: LinearMemory, call: (stage: Stage) => T): T {
  const taken: number[] = [];
  const copyBacks: (() => void)[] = [];
  const scratch = (bytes: number): number => {
    const address = memory.take(bytes);
    taken.push(address);
    return address;
  };
  const input = (array: KernelArray, length: number, name: string): number => {
    assertLength(array, length, name);
    if (memory.owns(array)) return array.byteOffset;
    const bytes = length * array.BYTES_PER_ELEMENT;
    const address = scratch(bytes);
    new Uint8Array(memory.wasm.buffer, address, bytes).set(new Uint8Array(array.buffer, array.byteOffset, bytes));
    return address;
  };
  const output = (array: KernelArray, length: number, name: string): number => {
    const address = input(array, length, name);
    if (!memory.owns(array)) {
      const bytes = length * array.BYTES_PER_ELEMENT;
      copyBacks.push(() => {
        new Uint8Array(array.buffer, array.byteOffset, bytes).set(new Uint8Array(memory.wasm.buffer, address, bytes));
      });
    }
    return address;
  };
  try {
    const result = call({ input, output, scratch });
    for (const copyBack of copyBacks) copyBack();
    return result;
  } finally {
    for (const address of taken) memory.give(address);
  }
}
