/** Puts a derived file in its place whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { systemFailure } from '../../protocol/errors.ts';

/** @throws disk-full, not-permitted... */
export function replaceFile(target: string, bytes: Uint8Array): void {
  const temporary = `${target}.${process.pid}.part`;
  try {
    const fd = openSync(temporary, 'w');
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, target);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw systemFailure(cause, target) ?? cause;
  }
}
