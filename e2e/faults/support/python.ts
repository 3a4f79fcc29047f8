/** Python's h5py and anndata, which make and damage files in ways our own writer would never. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { anndataPython, runScript } from '../../../compute/results/testing/python.ts';

/** Without one, what needs such files is skipped by name. */
export const hasPython = anndataPython !== null;

const script = join(import.meta.dirname, 'files.py');

/** Writes one file of each kind of damage into `folder`. */
export function makeOddFiles(folder: string): void {
  runScript(script, 'all', folder);
}

export interface DamagedChunk {
  /** Position of the chunk in the dataset, and the elements it holds. */
  readonly number: number;
  readonly start: number;
  readonly length: number;
  repair(): void;
}

/** Flips bytes in the middle of the compressed chunk that lies `share` (0 to 1) of the way through a dataset. */
export function damageChunk(path: string, dataset: string, share: number): DamagedChunk {
  const found = runScript(script, 'chunk', path, dataset, `${share}`) as { offset: number; size: number; number: number; start: number; length: number };
  const at = found.offset + Math.floor(found.size / 2);
  const sound = Buffer.alloc(16);
  const file = openSync(path, 'r');
  readSync(file, sound, 0, 16, at);
  closeSync(file);
  write(path, sound.map((byte) => byte ^ 0xff), at);
  const { number, start, length } = found;
  return { number, start, length, repair: () => write(path, sound, at) };
}

function write(path: string, bytes: Uint8Array, at: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
}
