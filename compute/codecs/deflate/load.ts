/** Finds and compiles the deflate module: beside this file when built, in dist/ when run from the TypeScript sources. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The module's functions (see assembly/index.ts): addresses and sizes in bytes. */
export interface DeflateExports {
  readonly memory: {
    /** Another object after growth; the former one is then empty. */
    readonly buffer: ArrayBuffer;
    /** Adds pages of 64 KiB; throws RangeError when there are none. */
    grow(pages: number): number;
  };
  freeAddress(): number;
  prepare(): void;
  mostBytes(bytes: number): number;
  deflate(raw: number, bytes: number, elementBytes: number, work: number, output: number): number;
}

// Neither ES2024 nor Node's types describe WebAssembly; these two parts are all that is used.
interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
}

const wasmEngine: WasmEngine = Reflect.get(globalThis, 'WebAssembly');
const places = ['./deflate.wasm', '../../../dist/compute/codecs/deflate/deflate.wasm'];

/** An instance with memory of its own, null when the module was never built or from other sources. */
export function loadDeflate(): DeflateExports | null {
  for (const place of places) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (!existsSync(path)) continue;
    const { exports } = new wasmEngine.Instance(new wasmEngine.Module(readFileSync(path)));
    if (isDeflate(exports)) return exports;
  }
  return null;
}

function isDeflate(exports: Record<string, unknown>): exports is Record<string, unknown> & DeflateExports {
  return typeof exports['memory'] === 'object' && ['freeAddress', 'prepare', 'mostBytes', 'deflate'].every((name) => typeof exports[name] === 'function');
}
