/** Makes a rename survive power loss: the folder entry itself has to reach the disk. */
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Flushes a folder. Windows has no such call and keeps its own journal. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
