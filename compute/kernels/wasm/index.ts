/** The WASM kernel set: one instance and one memory per thread that creates it. */
import type { KernelSet } from '../kernels.ts';
import { createArena } from './arena.ts';
import type { KernelExports } from './exports.ts';
import { findModule, loadExports, loadExportsSync } from './load.ts';
import { createLinearMemory } from './memory.ts';
import type { LinearMemory } from './memory.ts';
import { bindProductKernels } from './products.ts';
import { bindRowKernels } from './rows.ts';

export interface WasmKernelSet extends KernelSet {
  readonly name: 'wasm';
  /** Bytes handed out by the arena and not released. */
  usedBytes(): number;
}

export interface WasmOptions {
  /** Upper limit of the linear memory in bytes; address space, not real memory, is reserved for it. At most 4 GiB. */
  readonly maximumBytes?: number;
}

const defaultMaximumBytes = 2 ** 31;

/** Null when the module has not been built. Arrays from elsewhere than its arena work too, at the price of a copy. */
export async function createWasmKernels(options: WasmOptions = {}): Promise<WasmKernelSet | null> {
  const path = findModule();
  if (path === null) return null;
  const memory = createLinearMemory(options.maximumBytes ?? defaultMaximumBytes);
  return bind(memory, await loadExports(path, memory.wasm));
}

/** The same without a promise, for the start of a worker thread. */
export function createWasmKernelsSync(options: WasmOptions = {}): WasmKernelSet | null {
  const path = findModule();
  if (path === null) return null;
  const memory = createLinearMemory(options.maximumBytes ?? defaultMaximumBytes);
  return bind(memory, loadExportsSync(path, memory.wasm));
}

function bind(memory: LinearMemory, wasm: KernelExports): WasmKernelSet {
  return {
    name: 'wasm',
    arena: createArena(memory),
    usedBytes: memory.usedBytes,
    ...bindRowKernels(memory, wasm),
    ...bindProductKernels(memory, wasm),
  };
}
