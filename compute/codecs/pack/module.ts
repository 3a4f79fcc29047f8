/** The WASM module of packed rows, in a memory that its caller shares with it. */
import { readFileSync } from 'node:fs';
import { findWasm, wasmEngine, type WasmMemory } from '../wasm-module.ts';

/** A growing WASM memory and who uses which bytes of it; kernels/wasm/memory.ts makes them. */
export interface CodecMemory {
  readonly wasm: WasmMemory;
  take(bytes: number): number;
  give(address: number): void;
  owns(array: ArrayBufferView): boolean;
  heldBytes(): number;
}

export interface PackExports {
  scratchAddress(): number;
  scratchBytes(): number;
  sumsAddress(): number;
  jobBytes(): number;
  entriesOf(row: number): number;
  encodeRow(indices: number, values: number, entries: number, ranks: number, nearRanks: number, genes: number, bitmap: number, counts: number, list: number, to: number, seed: number, fractions: boolean): number;
  decodeOrdered(row: number, bytes: number, seed: number, ids: number, genesOf: number, genes: number, bitmap: number, counts: number, indices: number, values: number): number;
  storedRows(jobs: number, count: number, most: number): number;
  decodeRows(jobs: number, count: number, logs: boolean, indptr: number, indices: number, values: number): number;
  decodeDenseRows(jobs: number, count: number, logs: boolean, out: number, width: number): number;
}

/** Vector loads behind the end of packed rows. */
export const readSlack = 1024;

/** Compiled once a thread, so that what the engine learned to run fast stays fast. */
let compiled: object | null = null;

/** `memory` must be fresh: the module's own scratch area comes first in it. */
export function packModule(memory: CodecMemory): PackExports {
  if (compiled === null) {
    const path = findWasm('codecs/pack/pack.wasm');
    if (path === null) throw new Error('the pack codec has not been built');
    compiled = new wasmEngine.Module(readFileSync(path));
  }
  const { exports } = new wasmEngine.Instance(compiled, { env: { memory: memory.wasm } });
  if (!isPack(exports)) throw new Error('the pack codec was built from other sources');
  if (memory.take(exports.scratchBytes()) !== exports.scratchAddress()) throw new Error('the pack codec needs a memory of its own');
  return exports;
}

function isPack(exports: Record<string, unknown>): exports is Record<string, unknown> & PackExports {
  const names = ['scratchAddress', 'scratchBytes', 'sumsAddress', 'jobBytes', 'entriesOf', 'encodeRow', 'decodeOrdered', 'storedRows', 'decodeRows', 'decodeDenseRows'];
  return names.every((name) => typeof exports[name] === 'function');
}
