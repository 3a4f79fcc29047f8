/** Compiles the WASM module of the kernels over a memory that is given to it. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { findWasm, wasmEngine, type WasmMemory } from '../../codecs/wasm-module.ts';
import { parseExports, type KernelExports } from './exports.ts';

/** Path of the compiled module, null when it was never built. */
export const findModule = (): string | null => findWasm('kernels/wasm/kernels.wasm');

export async function loadExports(path: string, memory: WasmMemory): Promise<KernelExports> {
  return instantiate(await wasmEngine.compile(await readFile(path)), memory);
}

/** For worker threads, where waiting is allowed. */
export function loadExportsSync(path: string, memory: WasmMemory): KernelExports {
  return instantiate(new wasmEngine.Module(readFileSync(path)), memory);
}

function instantiate(module: object, memory: WasmMemory): KernelExports {
  return parseExports(new wasmEngine.Instance(module, { env: { memory } }).exports);
}
