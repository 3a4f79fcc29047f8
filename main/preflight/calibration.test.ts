import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asFingerprint } from '../../protocol/ids.ts';
import { insertExtraction, type PastExtraction } from '../catalog/extractions.ts';
import { insertResult } from '../catalog/results.ts';
import { plan, scratchWorkspace } from '../workspace.cases.ts';
import { calibrated, pastSteps } from './calibration.ts';
import { diskKind, probeMachine } from './machine.ts';

/** A workspace whose past `qc` runs were planned to take 10 s each and took these seconds. */
function withPast(took: readonly number[], hardware: object = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }, calibratedBy?: number) {
  const workspace = scratchWorkspace();
  took.forEach((wallSeconds, i) => {
    const folder = `qc-${i}`;
    mkdirSync(join(workspace.folders.results, folder));
    const said = { ...plan, seconds: 10 * (calibratedBy ?? 1), ...(calibratedBy ? { calibratedBy } : {}) };
    writeFileSync(join(workspace.folders.results, folder, 'provenance.json'), JSON.stringify({ step: 'qc', plan: said, hardware, wallSeconds, started: `2026-01-0${i + 1}`, peakBytes: 2 ** 26 + i }));
    insertResult(workspace.catalog, { fingerprint: asFingerprint(String(i).repeat(64)), step: 'qc', folder, job: 'j', bytes: 400 + i, seconds: wallSeconds, createdAt: `2026-01-0${i + 1}` });
  });
  return workspace;
}

describe('predictions', () => {
  const now = { ...plan, seconds: 20 };

  test('are corrected after three runs, and are then within 25 % of what those took', () => {
    expect(calibrated('qc', now, pastSteps(withPast([30, 32])))).toEqual(now);
    const after = calibrated('qc', now, pastSteps(withPast([30, 28, 33])));
    expect(Math.abs(after.seconds / 60 - 1)).toBeLessThan(0.25);
    // The bounds stay; a quarter of the memory and 40 % of the disk is what those runs took.
    expect(after).toMatchObject({ calibratedBy: 3, ramBytes: now.ramBytes, diskBytes: now.diskBytes, expectedRamBytes: 2 ** 26 + 1, expectedDiskBytes: 401 });
  });

  test('do not correct a correction twice', () => {
    expect(calibrated('qc', now, pastSteps(withPast([30, 30, 30], undefined, 3))).seconds).toBeCloseTo(60);
  });

  test('learn nothing from other steps, other machines, or runs of quite another size', () => {
    expect(calibrated('pca', now, pastSteps(withPast([30, 30, 30])))).toEqual(now);
    expect(calibrated('qc', now, pastSteps(withPast([30, 30, 30], { cpu: 'another', cores: 64 })))).toEqual(now);
    const large = { ...plan, seconds: 5000 };
    expect(calibrated('qc', large, pastSteps(withPast([30, 30, 30])))).toEqual(large);
  });
});

describe('predictions of extractions', () => {
  const here = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  /** Planned to take 10 s, 256 MiB and 1,000 bytes. */
  const extracted = (at: number, change: Partial<PastExtraction> = {}): PastExtraction => ({
    at: `2026-02-0${at}`, format: 'h5ad', ...here, plan: { ...plan, seconds: 10 }, seconds: 27 + at, peakBytes: 2 ** 27 + at, diskBytes: 640 + at, ...change,
  });
  const now = { ...plan, seconds: 30, diskBytes: 3000, ramBytes: 2 ** 28 };

  test('are corrected after three, and are then within 25 % of what those took, in time, memory and disk', () => {
    const workspace = withPast([30, 30, 30]);
    for (const at of [1, 2]) insertExtraction(workspace.catalog, extracted(at));
    expect(calibrated('extract (h5ad)', now, pastSteps(workspace))).toEqual(now);
    insertExtraction(workspace.catalog, extracted(3));
    const after = calibrated('extract (h5ad)', now, pastSteps(workspace));
    // What an extraction three times as large takes by the same measure.
    for (const [predicted, took] of [[after.seconds, 3 * 29], [after.expectedRamBytes!, 2 ** 27], [after.expectedDiskBytes!, 3 * 642]]) expect(Math.abs(predicted! / took! - 1)).toBeLessThan(0.25);
    expect(after).toMatchObject({ ramBytes: now.ramBytes, diskBytes: now.diskBytes });
  });

  test('learn nothing from steps, other formats and other machines; a correction is not corrected', () => {
    const workspace = withPast([30, 30, 30]);
    for (const change of [{ format: 'zarr' }, { cores: 640 }, { cpu: 'another' }] as const) for (const at of [1, 2, 3]) insertExtraction(workspace.catalog, extracted(at, change));
    expect(calibrated('extract (h5ad)', now, pastSteps(workspace))).toEqual(now);
    for (const at of [4, 5, 6]) insertExtraction(workspace.catalog, extracted(at, { seconds: 30, plan: { ...plan, seconds: 30, calibratedBy: 3 } }));
    expect(calibrated('extract (h5ad)', now, pastSteps(workspace)).seconds).toBeCloseTo(90);
  });

  test('stand in one list with the steps, in the order of time', () => {
    const workspace = withPast([30, 30]);
    insertExtraction(workspace.catalog, { ...extracted(1), at: '2026-01-015' });
    expect(pastSteps(workspace).map(({ step, at }) => [step, at])).toEqual([['qc', '2026-01-01'], ['extract (h5ad)', '2026-01-015'], ['qc', '2026-01-02']]);
  });
});

describe('the machine', () => {
  test('is described as far as the system tells', () => {
    const machine = probeMachine(tmpdir());
    expect(machine.cores).toBeGreaterThan(0);
    expect(machine.disk.freeBytes).toBeGreaterThan(0);
    expect(Array.isArray(machine.adapters)).toBe(true);
  });

  test.skipIf(process.platform !== 'linux')('spinning disks are told from solid ones, partitions too', () => {
    const sys = mkdtempSync(join(tmpdir(), 'truckee-sys-'));
    const { dev } = statSync(import.meta.dirname);
    const number = `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
    const disk = join(sys, 'devices/sda');
    mkdirSync(join(disk, 'queue'), { recursive: true });
    mkdirSync(join(disk, 'sda1'));
    mkdirSync(join(sys, 'dev/block'), { recursive: true });
    symlinkSync(join(disk, 'sda1'), join(sys, 'dev/block', number));
    for (const [flag, kind] of [['1\n', 'HDD'], ['0\n', 'SSD']] as const) {
      writeFileSync(join(disk, 'queue/rotational'), flag);
      // A checkout on a network or memory disk is known without the device tree.
      expect([kind, 'network', 'memory']).toContain(diskKind(import.meta.dirname, sys));
    }
    rmSync(sys, { recursive: true });
    expect(['unknown', 'network', 'memory']).toContain(diskKind(import.meta.dirname, sys));
  });
});
