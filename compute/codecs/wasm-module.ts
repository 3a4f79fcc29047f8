/** Finds and compiles WASM modules: beside the built code, in dist/ when run from the TypeScript sources. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Memory that threads share. */
export interface WasmMemory {
  /** A new object after each growth; older ones stay valid and see the same bytes, up to their own length. */
  readonly buffer: SharedArrayBuffer;
  /** Adds pages of 64 KiB; throws RangeError beyond the maximum. */
  grow(pages: number): number;
}

/** What a module with memory of its own exports beside its functions. */
export interface OwnMemory {
  readonly memory: {
    /** Another object after growth; the former one is then empty. */
    readonly buffer: ArrayBuffer;
    /** Adds pages of 64 KiB; throws RangeError when there are none. */
    grow(pages: number): number;
  };
}

interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports?: { env: { memory: WasmMemory } }) => { readonly exports: Record<string, unknown> };
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  compile(bytes: Uint8Array): Promise<object>;
}

/** The few parts of the WebAssembly API that are used; neither ES2024 nor Node's types describe them. */
export const wasmEngine: WasmEngine = Reflect.get(globalThis, 'WebAssembly');

export const pageBytes = 65_536;

/** Path of a compiled module, named by its place below compute/; null when it was never built. */
export function findWasm(file: string): string | null {
  const places = [`../${file}`, `../../dist/compute/${file}`].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((path) => existsSync(path)) ?? null;
}

/** An instance with memory of its own; null when the module was never built, or was built from other sources: a function is missing. */
export function loadWasm<Exports extends OwnMemory>(file: string, functions: readonly (keyof Exports & string)[]): Exports | null {
  const path = findWasm(file);
  if (path === null) return null;
  const { exports } = new wasmEngine.Instance(new wasmEngine.Module(readFileSync(path)));
  const isWhole = (one: Record<string, unknown>): one is Record<string, unknown> & Exports => typeof one['memory'] === 'object' && functions.every((name) => typeof one[name] === 'function');
  return isWhole(exports) ? exports : null;
}
