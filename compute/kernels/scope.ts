/** A kernel set whose arrays live as long as one piece of work: all of them go back to the arena together. */
import type { Arena } from './block.ts';
import type { KernelSet } from './kernels.ts';

export interface Scope {
  readonly kernels: KernelSet;
  /** Gives back every array that was taken in this scope and not released yet. */
  release(): void;
}

export function openScope(kernels: KernelSet): Scope {
  const { arena } = kernels;
  const taken = new Set<Parameters<Arena['release']>[0]>();
  const keep = <T extends Parameters<Arena['release']>[0]>(array: T): T => {
    taken.add(array);
    return array;
  };
  const scoped: Arena = {
    int32: (length) => keep(arena.int32(length)),
    float32: (length) => keep(arena.float32(length)),
    float64: (length) => keep(arena.float64(length)),
    uint8: (length) => keep(arena.uint8(length)),
    release(array) {
      taken.delete(array);
      arena.release(array);
    },
    heldBytes: () => arena.heldBytes(),
  };
  return {
    kernels: { ...kernels, arena: scoped },
    release() {
      for (const array of taken) arena.release(array);
      taken.clear();
    },
  };
}
