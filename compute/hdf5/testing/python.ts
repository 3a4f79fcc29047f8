/** Runs the Python scripts beside this file, which make HDF5 files with h5py, the library our readers must agree with. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonWith } from '../../kernels/testing/python.ts';

/** A Python that has h5py. */
export const python = pythonWith('h5py');

/** Runs a script of this folder; throws with its messages when it fails. Returns what it printed. */
export function runPython(script: string, ...args: readonly string[]): string {
  const done = spawnSync(python ?? 'python3', [join(import.meta.dirname, script), ...args], { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${script} failed: ${done.stderr}`);
  return done.stdout;
}

/** A fresh folder for files a test makes. */
export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'truckee-hdf5-'));
}
