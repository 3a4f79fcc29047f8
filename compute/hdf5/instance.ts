/**
 * WASM instances of the HDF5 library. Each opened file has one of its own: damage in one file can then not reach another,
 * and an instance that has thrown is not used again, because HDF5's handles stay open behind a thrown error.
 */
import type { Module } from 'h5wasm/node';

/** The library's functions, one level below h5wasm's classes (which share a single instance per thread). */
export type H5 = typeof Module;

type Factory = (options: Readonly<Record<string, unknown>>) => Promise<H5>;

/** Unused, clean instances: 26-40 ms and some 20 MB each, so one is kept. */
const idle: H5[] = [];
const maxIdle = 1;
/** WASM memory never shrinks: an instance that has grown past this is let go. */
const maxIdleBytes = 96 << 20;

let factory: Promise<Factory> | null = null;

/** A clean instance that throws on every failed read; without that, failed reads return garbage. */
export async function takeInstance(): Promise<H5> {
  return idle.pop() ?? (await newInstance());
}

/** Like takeInstance where waiting is impossible; null when none is at hand. */
export function takeIdleInstance(): H5 | null {
  return idle.pop() ?? null;
}

/** Makes sure that takeIdleInstance will find `count` of them. */
export async function keepIdleInstances(count: number): Promise<void> {
  while (idle.length < count) idle.push(await newInstance());
}

/** Gives an instance back; `clean` when nothing was thrown in it and every file in it is closed. */
export function giveBack(instance: H5, clean: boolean): void {
  if (clean && idle.length < maxIdle && instance.HEAPU8.length <= maxIdleBytes) idle.push(instance);
  else closeStreams(instance);
}

async function newInstance(): Promise<H5> {
  factory ??= loadFactory();
  const instance = await (await factory)({ noInitialRun: true, print: ignore, printErr: ignore });
  instance.activate_throwing_error_handler();
  return instance;
}

/** h5wasm exports only its ready-made single instance; the function that makes one lies beside it. */
async function loadFactory(): Promise<Factory> {
  const address = new URL('hdf5_util.js', import.meta.resolve('h5wasm/node')).href;
  const loaded: { readonly default: Factory } = await import(address);
  return loaded.default;
}

/** Files that a failed call left open in a discarded instance: data files, and the scratch files of its messages. */
function closeStreams(instance: H5): void {
  const files: { readonly streams?: readonly unknown[]; close?(stream: unknown): void } = instance.FS;
  for (const stream of (files.streams ?? []).slice(3)) {
    if (stream === null || stream === undefined) continue;
    try {
      files.close?.(stream);
    } catch (thrown) {
      if (!(thrown instanceof Error) && typeof thrown !== 'object') throw thrown;
    }
  }
}

function ignore(): void {
  // HDF5's own chatter: what matters reaches the caller as an error.
}
