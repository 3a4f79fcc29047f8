/** Finds and compiles the WASM module: beside this file when built, in dist/ when run from the TypeScript sources. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { wasmEngine } from './engine.ts';
import { parseExports } from './exports.ts';
import type { KernelExports } from './exports.ts';
import type { WasmMemory } from './engine.ts';

const places = ['./kernels.wasm', '../../../dist/compute/kernels/wasm/kernels.wasm'];

/** Path of the compiled module, null when it was never built. */
export function findModule(): string | null {
  for (const place of places) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(path)) return path;
  }
  return null;
}

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
