/** The few parts of the WebAssembly API that are used here; neither ES2024 nor Node's types describe them. */

export interface WasmMemory {
  /** A new object after each growth; older ones stay valid and see the same bytes, up to their own length. */
  readonly buffer: SharedArrayBuffer;
  /** Adds pages of 64 KiB; throws RangeError beyond the maximum. */
  grow(pages: number): number;
}

interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { readonly exports: Record<string, unknown> };
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  compile(bytes: Uint8Array): Promise<object>;
}

export const wasmEngine: WasmEngine = Reflect.get(globalThis, 'WebAssembly');

export const pageBytes = 65_536;
