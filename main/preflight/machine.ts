/** Everything a run may depend on, asked at once: processor, memory and its limits, disk and its kind, shared memory, graphics. */
import { existsSync, readFileSync, readdirSync, realpathSync, statSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { containerLimit, freeBytes } from './hardware.ts';

export type DiskKind = 'HDD' | 'SSD' | 'network' | 'memory' | 'unknown';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** Of the container, null without one. */
  readonly memoryLimitBytes: number | null;
  readonly disk: { readonly kind: DiskKind; readonly freeBytes: number };
  /** /dev/shm, null where there is none: workers of exported PyTorch notebooks need it. */
  readonly sharedMemoryBytes: number | null;
  /** Names of graphics adapters that the system lists; empty: none, everything runs on the processor. */
  readonly adapters: readonly string[];
  /** Who names them; null where the system has no such list. */
  readonly adaptersFrom: string | null;
}

export function probeMachine(folder: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), memoryBytes: totalmem(), freeMemoryBytes: freemem(), memoryLimitBytes: containerLimit(),
    disk: { kind: diskKind(folder), freeBytes: freeBytes(folder) }, sharedMemoryBytes: sharedMemory(), adapters: adapters(), adaptersFrom: process.platform === 'linux' ? "NVIDIA's driver and the list of PCI devices" : null,
  };
}

/** Numbers of file systems as statfs gives them. */
const networkTypes = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546, 0x0bd00bd0, 0x01021997]);
const memoryTypes = new Set([0x01021994, 0x858458f6]);

/** What the system says of the device below a folder; `sys` is the root of the device tree. */
export function diskKind(folder: string, sys = '/sys'): DiskKind {
  try {
    const type = statfsSync(folder).type >>> 0;
    if (networkTypes.has(type)) return 'network';
    if (memoryTypes.has(type)) return 'memory';
    const { dev } = statSync(folder);
    // glibc's layout of device numbers.
    const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
    const found = join(sys, 'dev/block', `${major}:${minor}`);
    if (!existsSync(found)) return 'unknown';
    const device = realpathSync(found);
    // A partition has no queue of its own; its disk does.
    const queue = [device, dirname(device)].map((path) => join(path, 'queue/rotational')).find((path) => existsSync(path));
    if (queue === undefined) return 'unknown';
    return readFileSync(queue, 'utf8').trim() === '1' ? 'HDD' : 'SSD';
  } catch {
    // Not every system has these; then nothing is claimed.
    return 'unknown';
  }
}

function sharedMemory(): number | null {
  try {
    const { blocks, bsize } = statfsSync('/dev/shm');
    return blocks * bsize;
  } catch {
    return null;
  }
}

/** Vendor numbers of PCI. */
const vendors: Readonly<Record<string, string>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

function adapters(): string[] {
  const names = new Set<string>();
  try {
    for (const gpu of readdirSync('/proc/driver/nvidia/gpus')) {
      const model = /^Model:\s*(.+)$/m.exec(readFileSync(join('/proc/driver/nvidia/gpus', gpu, 'information'), 'utf8'))?.[1];
      names.add(model?.trim() ?? 'NVIDIA');
    }
  } catch {
    // No driver of NVIDIA.
  }
  try {
    for (const card of readdirSync('/sys/class/drm').filter((name) => /^card\d+$/.test(name))) {
      const vendor = readFileSync(join('/sys/class/drm', card, 'device/vendor'), 'utf8').trim();
      const name = vendors[vendor];
      if (name !== undefined && ![...names].some((known) => known.startsWith(name))) names.add(name);
    }
  } catch {
    // No graphics cards.
  }
  return [...names];
}
