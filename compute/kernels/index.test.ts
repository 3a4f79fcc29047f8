import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseKernels } from './index.ts';
import { findModule } from './wasm/load.ts';

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(findModule() === null)('with the compiled WASM module', () => {
  test('the fastest set is the default, a wish is followed, the environment overrules it', async () => {
    vi.stubEnv('TRUCKEE_KERNELS', '');
    expect((await chooseKernels()).name).toBe('wasm');
    expect((await chooseKernels('cpu')).name).toBe('cpu');
    vi.stubEnv('TRUCKEE_KERNELS', 'cpu');
    expect((await chooseKernels('wasm')).name).toBe('cpu');
    vi.stubEnv('TRUCKEE_KERNELS', 'wasm');
    expect((await chooseKernels('cpu')).name).toBe('wasm');
  });

  test('the memory limit reaches the arena', async () => {
    vi.stubEnv('TRUCKEE_KERNELS', '');
    const kernels = await chooseKernels('wasm', { maximumBytes: 2 ** 20 });
    expect(() => kernels.arena.uint8(2 ** 20)).toThrow(expect.objectContaining({ kind: 'memory-too-small' }));
  });
});

test('an unknown name in the environment is refused', async () => {
  vi.stubEnv('TRUCKEE_KERNELS', 'gpu');
  await expect(chooseKernels()).rejects.toMatchObject({ kind: 'bad-usage' });
});
