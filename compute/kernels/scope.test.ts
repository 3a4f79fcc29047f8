import { expect, test } from 'vitest';
import { cpuKernels } from './cpu/index.ts';
import { openScope } from './scope.ts';
import { createWasmKernels } from './wasm/index.ts';

const wasm = await createWasmKernels({ maximumBytes: 64 * 2 ** 20 });

test.skipIf(wasm === null)('arrays of a scope go back together, those released before once only, and the memory is used again', () => {
  const before = wasm!.usedBytes();
  let held = 0;
  for (let round = 0; round < 5; round++) {
    const scope = openScope(wasm!);
    const first = scope.kernels.arena.float64(100_000);
    scope.kernels.arena.int32(10);
    scope.kernels.arena.float32(1000);
    scope.kernels.arena.uint8(3);
    scope.kernels.arena.release(first);
    expect(wasm!.usedBytes()).toBeGreaterThan(before);
    scope.release();
    expect(wasm!.usedBytes()).toBe(before);
    if (round === 0) held = wasm!.arena.heldBytes();
    else expect(wasm!.arena.heldBytes()).toBe(held);
  }
});

test('plain arrays are left to the garbage collector', () => {
  const scope = openScope(cpuKernels);
  expect(scope.kernels.arena.float64(4)).toEqual(new Float64Array(4));
  scope.release();
  expect(scope.kernels.arena.heldBytes()).toBe(0);
});
