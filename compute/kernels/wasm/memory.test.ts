import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeBlock } from '../conformance.cases.ts';
import { createArena } from './arena.ts';
import { createWasmKernels, createWasmKernelsSync } from './index.ts';
import { findModule } from './load.ts';
import { createLinearMemory } from './memory.ts';

describe('linear memory', () => {
  test('live arrays never overlap and keep their contents while the memory grows', () => {
    const step = fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }), release: fc.nat() });
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = createLinearMemory(2 ** 28);
      const arena = createArena(memory);
      const live: { array: Uint8Array; mark: number }[] = [];
      steps.forEach(({ bytes, release }, i) => {
        const array = arena.uint8(bytes);
        expect(array.every((value) => value === 0)).toBe(true);
        array.fill(i + 1);
        live.push({ array, mark: i + 1 });
        if (release % 2) arena.release(live.splice((release >> 1) % live.length, 1)[0]!.array);
        for (const { array: kept, mark } of live) {
          expect(kept[0] ?? mark).toBe(mark);
          expect(kept[kept.length - 1] ?? mark).toBe(mark);
        }
      });
      for (const { array } of live) arena.release(array);
      expect(memory.usedBytes()).toBe(0);
      // All free spans have joined again: one array of the whole memory fits without growth.
      const held = memory.heldBytes();
      memory.take(held - 1024);
      expect(memory.heldBytes()).toBe(held);
    }), { numRuns: 40 });
  });

  test('releasing twice, or a part of an array, is an error; foreign arrays are ignored', () => {
    const arena = createArena(createLinearMemory(2 ** 20));
    const array = arena.float64(100);
    expect(() => arena.release(array.subarray(50))).toThrow(/part of another/);
    arena.release(array);
    expect(() => arena.release(array)).toThrow(/released twice/);
    arena.release(new Float64Array(3));
  });

  test('the maximum is an error that names both sizes, and what was there survives it', () => {
    const memory = createLinearMemory(2 ** 20);
    const arena = createArena(memory);
    const array = arena.int32(1000).fill(5);
    expect(() => arena.float32(2 ** 20)).toThrow(expect.objectContaining({ kind: 'memory-too-small' }));
    expect(array.every((value) => value === 5)).toBe(true);
    expect(memory.usedBytes()).toBe(4032);
  });
});

describe.skipIf(findModule() === null)('wasm kernel set (needs the compiled module)', () => {
  test('calls give back all they take, also after an error, and reuse it', async () => {
    const kernels = (await createWasmKernels({ maximumBytes: 2 ** 26 }))!;
    const block = makeBlock({ rows: 500, genes: 400, density: 0.3, seed: 1, unsorted: true, value: () => 2 });
    const run = (): void => {
      const gram = new Float64Array(400 * 400);
      kernels.gram(block, 400, gram, new Float64Array(400));
      kernels.topSums(block, Int32Array.of(10), new Float64Array(500));
      expect(() => kernels.gram(block, 20, gram, new Float64Array(20))).toThrow(/outside its/);
      const array = kernels.arena.float64(50_000);
      kernels.arena.release(array);
    };
    run();
    const held = kernels.arena.heldBytes();
    for (let i = 0; i < 200; i++) run();
    expect(kernels.usedBytes()).toBe(0);
    expect(kernels.arena.heldBytes()).toBe(held);
  });

  test('two sets have separate memories', () => {
    const [one, two] = [createWasmKernelsSync()!, createWasmKernelsSync()!];
    const array = one.arena.float64(4).fill(2);
    const y = new Float64Array(2);
    // To the second set the first one's array is foreign: copied, not misread.
    two.symv(array, 2, Float64Array.of(1, 10), y);
    expect(y).toEqual(Float64Array.of(22, 22));
    expect(() => two.arena.release(array)).not.toThrow();
    expect(one.usedBytes()).toBe(64);
  });
});
