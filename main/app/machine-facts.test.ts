import { expect, test } from 'vitest';
import { adviseFormats, recommendedFormat } from '../datasets/formats.table.ts';
import { graphicsWords, machineLines } from './machine-facts.ts';

const machine = {
  cpu: 'A', cores: 1, memoryBytes: 2 ** 35, freeMemoryBytes: 2 ** 34, memoryLimitBytes: 2 ** 30, disk: { kind: 'HDD', freeBytes: 5e11 }, sharedMemoryBytes: 64 * 2 ** 20, adapters: [], adaptersFrom: 'the driver',
} as const;

test('every gap of a machine is told at once, each with what it means', () => {
  const lines = machineLines(machine);
  expect(lines.map(({ what, verdict }) => [what, verdict])).toEqual([['Processor', 'note'], ['Memory', 'note'], ['Disk', 'note'], ['Shared memory', 'note'], ['Graphics', 'note']]);
  expect(lines.every(({ words }) => words.length > 0)).toBe(true);
  expect(lines.find(({ what }) => what === 'Disk')!.words).toMatch(/blocks are made longer.*Keep the compressed/);
  expect(lines.find(({ what }) => what === 'Shared memory')!.words).toContain('4 GB');
  const good = machineLines({ ...machine, cores: 8, memoryLimitBytes: null, disk: { kind: 'SSD', freeBytes: 2e12 }, sharedMemoryBytes: 2 ** 33, adapters: ['NVIDIA'] });
  expect(good.every(({ verdict }) => verdict === 'good')).toBe(true);
  expect(lines.at(-1)!.words).toBe('everything runs on the processor; looked for by the driver');
  expect(graphicsWords({ adapters: [], adaptersFrom: null })).toContain('does not list its adapters');
});

test('forms of the atlas are stated with their sizes, and one that would not fit is not advised', () => {
  const sizes = adviseFormats(2e12).map(({ format, bytes, peakBytes, metadata, fits }) => [format.split(/[ ,]/)[0], bytes / 1e9, peakBytes === null ? null : peakBytes / 1e9, metadata, fits]);
  expect(sizes).toEqual([['h5ad', 314, null, true, true], ['h5ad', 1100, 1414, true, true], ['Hugging', 1900, 1900, true, true], ['SCDL', 1100, 2200, false, false]]);
  expect(adviseFormats(1e11).some(({ fits }) => fits)).toBe(false);
  expect(adviseFormats(1e12)[0]!.words).toMatch(/375 GB.*5x/);
  expect([recommendedFormat('SSD', 2e12), recommendedFormat('HDD', 2e12), recommendedFormat('SSD', 1e11)].map((words) => words.split(' ')[0])).toEqual(['There', 'Keep', 'All']);
});
