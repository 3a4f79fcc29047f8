/** Chooses the kernel set of a thread: WASM where it was built, the plain set otherwise. */
import { failure } from '../../protocol/errors.ts';
import { cpuKernels } from './cpu/index.ts';
import type { KernelSet } from './kernels.ts';
import { createWasmKernels } from './wasm/index.ts';
import type { WasmOptions } from './wasm/index.ts';

export type KernelName = KernelSet['name'];

/**
 * `prefer` is followed where possible; without it the fastest present set is taken. The environment variable
 * TRUCKEE_KERNELS (cpu or wasm) overrules both, and then an absent set is an error. Results say which set was used.
 */
export async function chooseKernels(prefer?: KernelName, options: WasmOptions = {}): Promise<KernelSet> {
  const forced = process.env['TRUCKEE_KERNELS'];
  if (forced !== undefined && forced !== '' && forced !== 'cpu' && forced !== 'wasm') {
    throw failure('bad-usage', { command: 'run', reason: `TRUCKEE_KERNELS must be cpu or wasm, not '${forced}'` });
  }
  if ((forced || prefer) === 'cpu') return cpuKernels;
  const wasm = await createWasmKernels(options);
  if (wasm === null && forced === 'wasm') {
    throw failure('bad-usage', { command: 'run', reason: 'TRUCKEE_KERNELS=wasm, but the WASM kernels were not built' });
  }
  return wasm ?? cpuKernels;
}
