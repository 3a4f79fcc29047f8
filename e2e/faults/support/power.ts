/** A disk of its own that can lose power or fill up: a loop-mounted image, where the system lets us have one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Disk {
  readonly mount: string;
  /** Drops everything that was not forced to disk, at this very moment; the disk then answers nothing but errors. */
  cutPower(): void;
  /** Takes all but so many bytes; `free` gives them back. */
  fill(bytesLeft: number): void;
  free(): void;
  /** Takes the disk down and up again, as a machine does that starts after a power cut. */
  restart(): void;
  remove(): void;
}

export type FileSystem = 'ext4' | 'xfs';

const tool = (name: string): string | null => ['/usr/sbin', '/sbin', '/usr/bin', '/bin'].map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

/** Why there can be no such disk here; null when there can. */
export function whyNoDisk(system: FileSystem): string | null {
  if (process.getuid?.() !== 0) return 'mounting needs root';
  for (const name of [`mkfs.${system}`, 'xfs_io', 'mount', 'umount']) if (!tool(name)) return `${name} is missing`;
  const folder = join('/tmp', `truckee-disk-${process.pid}`);
  try {
    makeDisk(folder, system).remove();
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause.message.split('\n')[0]! : 'it cannot be mounted';
  }
}

export function makeDisk(folder: string, system: FileSystem, mebibytes = system === 'xfs' ? 320 : 200): Disk {
  const image = join(folder, 'disk.image');
  const mount = join(folder, 'disk');
  mkdirSync(mount, { recursive: true });
  writeFileSync(image, '');
  truncateSync(image, mebibytes * 2 ** 20);
  const run = (name: string, ...args: string[]): void => void execFileSync(tool(name)!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  // Without blocks kept for root, who runs this.
  run(`mkfs.${system}`, '-q', ...(system === 'ext4' ? ['-m', '0'] : []), image);
  const up = (): void => run('mount', '-o', 'loop', image, mount);
  // A process that was just killed may hold the disk for a moment.
  const down = (): void => {
    for (let attempt = 0; ; attempt++) {
      const done = spawnSync(tool('umount')!, [mount]);
      if (done.status === 0) return;
      if (attempt === 50) throw new Error(`${mount} cannot be taken down: ${done.stderr.toString()}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  };
  up();
  return {
    mount,
    cutPower: () => run('xfs_io', '-x', '-c', 'shutdown', mount),
    fill(bytesLeft) {
      // A run that goes on writing may take room between the question and the answer: ask again.
      for (let attempt = 1; ; attempt++) {
        const { bavail, bsize } = statfsSync(mount);
        try {
          return run('fallocate', '-l', `${Math.max(1, bavail * bsize - bytesLeft)}`, join(mount, 'ballast'));
        } catch (cause) {
          if (attempt === 50) throw cause;
        }
      }
    },
    free: () => rmSync(join(mount, 'ballast'), { force: true }),
    restart() {
      down();
      up();
    },
    remove() {
      down();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
