/** The judgement of a plan and the probe of the machine behind it. */
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { describe, expect, test } from 'vitest';
import { howSchema } from '../../steps/params.ts';
import type { ResolvedStep } from '../../steps/resolve.ts';
import { plan } from '../workspace.cases.ts';
import { chunkTable } from './chunk-table.ts';
import { freeBytes, probeHardware } from './hardware.ts';
import { judge } from './judge.ts';

const step = (id: 'qc' | 'pca', change: Partial<typeof plan>): ResolvedStep =>
  ({ id, title: id, version: 1, params: {}, how: howSchema.parse({}), plan: { ...plan, ...change }, writes: [], dependsOn: [], has: [], seeded: false });
const GiB = 2 ** 30;
const hardware = { cores: 4, workers: 4, memoryBytes: GiB, diskFreeBytes: GiB };

const plain = { wanted: false, machineBytes: 64 * GiB };

describe('judge', () => {
  test('adds disk and time, takes the heaviest memory', () => {
    const found = judge([step('qc', { ramBytes: GiB / 2, diskBytes: 10e6, seconds: 3 }), step('pca', { ramBytes: GiB / 4, diskBytes: 20e6, seconds: 4 })], [false, false], hardware, '/w', ['a note'], plain);
    expect(found).toMatchObject({ ok: true, refusal: null, notes: ['a note'] });
    expect(found.lines.map((line) => [line.resource, line.needed, line.verdict])).toEqual([['memory', '512 MiB', 'fits'], ['disk', '29 MiB', 'fits'], ['time', '7.0 s', 'fits']]);
  });

  test('reused steps cost nothing', () => {
    const found = judge([step('qc', { ramBytes: 9 * GiB }), step('pca', {})], [true, false], hardware, '/w', [], plain);
    expect(found.ok).toBe(true);
    expect(found.steps.map((each) => each.reused)).toEqual([true, false]);
  });

  test('refuses what does not fit, with the numbers', () => {
    const memory = judge([step('qc', {}), step('pca', { ramBytes: 2 * GiB })], [false, false], hardware, '/w', [], plain);
    expect(memory.refusal).toMatchObject({ kind: 'memory-too-small', data: { facts: { step: 'pca', neededBytes: 2 * GiB, availableBytes: GiB } } });
    expect(memory.lines[0]!.remedy).toContain('--memory 2.0 GiB');
    const disk = judge([step('qc', { diskBytes: 2 * GiB })], [false], hardware, '/w', [], plain);
    expect(disk.refusal).toMatchObject({ kind: 'disk-too-small', data: { facts: { path: '/w', neededBytes: 2 * GiB } } });
  });

  test('is overridden where that can work, and says so; never where the machine has not got the memory', () => {
    const over = { wanted: true, machineBytes: 64 * GiB };
    const memory = judge([step('pca', { ramBytes: 2 * GiB })], [false], hardware, '/w', [], over);
    expect(memory).toMatchObject({ ok: true, refusal: null, memoryBytes: 2 * GiB, overridden: { kind: 'memory-too-small' }, notes: [expect.stringContaining('preflight was overridden')] });
    expect(judge([step('pca', { diskBytes: 2 * GiB })], [false], hardware, '/w', [], over)).toMatchObject({ ok: true, memoryBytes: GiB, overridden: { kind: 'disk-too-small' } });
    const impossible = judge([step('pca', { ramBytes: 65 * GiB })], [false], hardware, '/w', [], over);
    expect(impossible).toMatchObject({ ok: false, overridable: false, overridden: null });
    expect(judge([step('pca', {})], [false], hardware, '/w', [], over)).toMatchObject({ ok: true, overridden: null, notes: [] });
  });

  test('warns before it refuses', () => {
    expect(judge([step('qc', { ramBytes: 0.95 * GiB })], [false], hardware, '/w', [], plain).lines[0]!.verdict).toBe('tight');
    expect(judge([step('qc', { diskBytes: 0.6 * GiB })], [false], hardware, '/w', [], plain).lines[1]!.verdict).toBe('tight');
  });
});

describe('probeHardware', () => {
  test('offers part of the machine, and what the user says instead', () => {
    const found = probeHardware(tmpdir(), { memoryBytes: null, workers: null });
    expect(found.cores).toBe(availableParallelism());
    expect(found.workers).toBeGreaterThanOrEqual(1);
    expect(found.memoryBytes).toBeLessThanOrEqual(Math.max(GiB, totalmem() / 2));
    expect(found.diskFreeBytes).toBeGreaterThan(0);
    expect(freeBytes(tmpdir())).toBeGreaterThan(0);
    expect(probeHardware(tmpdir(), { memoryBytes: 123, workers: 7 })).toMatchObject({ memoryBytes: 123, workers: 7 });
  });
});

test('more memory per worker never means smaller chunks or more workers', () => {
  const rows = chunkTable(16 * GiB, 1500);
  rows.slice(1).forEach((row, i) => {
    expect(row.chunkRows).toBeGreaterThanOrEqual(rows[i]!.chunkRows);
    expect(row.workers).toBeLessThanOrEqual(rows[i]!.workers);
  });
});
