/** Runs Python scripts with anndata, the programs that must be able to open what is written here. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonWith } from '../../kernels/testing/python.ts';

/** A Python that has anndata. */
export const anndataPython = pythonWith('anndata');

/** Runs a script by its path; throws with its messages when it fails. Returns the JSON that it printed. */
export function runScript(script: string, ...args: readonly string[]): unknown {
  const done = spawnSync(anndataPython ?? 'python3', ['-W', 'ignore', script, ...args], { encoding: 'utf8', timeout: 300_000, maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${script} failed: ${done.stderr}`);
  return JSON.parse(done.stdout);
}

/** A fresh folder for the files of one test file. */
export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'truckee-h5ad-'));
}
