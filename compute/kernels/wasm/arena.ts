/** Typed arrays that are views of the kernels' memory: what a decoder writes there, the kernels read without a copy. */
import { failure } from '../../../protocol/errors.ts';
import type { Arena } from '../block.ts';
import type { LinearMemory } from './memory.ts';

/** Arrays come filled with zeros, like ordinary ones. Releasing an array from elsewhere does nothing. */
export function createArena(memory: LinearMemory): Arena {
  return {
    int32: (length) => {
      const address = memory.takeZeroed(length * 4);
      return new Int32Array(memory.wasm.buffer, address, length);
    },
    float32: (length) => {
      const address = memory.takeZeroed(length * 4);
      return new Float32Array(memory.wasm.buffer, address, length);
    },
    float64: (length) => {
      const address = memory.takeZeroed(length * 8);
      return new Float64Array(memory.wasm.buffer, address, length);
    },
    uint8: (length) => {
      const address = memory.takeZeroed(length);
      return new Uint8Array(memory.wasm.buffer, address, length);
    },
    release: (array) => {
      if (!memory.owns(array)) return;
      if (!memory.isTaken(array.byteOffset)) {
        throw failure('internal', { detail: `an array at ${array.byteOffset} was released twice or is part of another` });
      }
      memory.give(array.byteOffset);
    },
    heldBytes: memory.heldBytes,
  };
}
