import { expect, test } from 'vitest';
import { askGraphics, type AdapterLike } from './webgpu.ts';

const adapter: AdapterLike = {
  info: { vendor: 'nvidia', architecture: 'hopper', description: '' }, features: { has: (name) => name === 'shader-f16' },
  limits: {
    maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 31, maxStorageBuffersPerShaderStage: 10, maxComputeWorkgroupsPerDimension: 65_535, maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupStorageSize: 49_152, maxComputeWorkgroupSizeX: 1024, maxComputeWorkgroupSizeY: 1024, maxComputeWorkgroupSizeZ: 64,
  },
};
const offering = (found: AdapterLike | null) => ({ gpu: { requestAdapter: () => Promise.resolve(found) } });

test('an adapter is told with its limits, one that runs on the processor as such', async () => {
  const found = await askGraphics(offering(adapter), true);
  expect(found).toMatchObject({ found: 'nvidia hopper', verdict: 'good', words: expect.stringContaining('Half floats: yes') });
  expect(Object.fromEntries(found.limits.map(({ name, value }) => [name, value]))).toMatchObject({ maxBufferSize: '4.0 GiB', maxStorageBufferBindingSize: '2.0 GiB', maxComputeWorkgroupsPerDimension: '65,535' });
  const software = await askGraphics(offering({ ...adapter, info: { vendor: 'google', architecture: 'swiftshader', description: '' } }), true);
  expect(software).toMatchObject({ verdict: 'note', words: expect.stringContaining('on the processor') });
});

test('where there is none, the reason is told', async () => {
  const why = async (...given: Parameters<typeof askGraphics>): Promise<string> => {
    const { limits, words } = await askGraphics(...given);
    expect(limits).toEqual([]);
    return words;
  };
  expect(await why({}, true)).toContain('has no WebGPU');
  expect(await why({}, false)).toContain('only to pages from https://');
  expect(await why(offering(null), true)).toContain('offers no adapter');
  expect(await why({ gpu: { requestAdapter: () => Promise.reject(new Error('lost')) } }, true)).toContain('failed: lost');
});
