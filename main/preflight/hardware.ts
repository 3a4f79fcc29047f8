/** What this machine has, and what of it a run may use. */
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { Hardware } from '../../protocol/plan.ts';

export interface Limits {
  readonly memoryBytes: number | null;
  readonly workers: number | null;
  /** Run in spite of a refusal that is not a hard impossibility. */
  readonly override?: boolean;
}

const GiB = 1024 ** 3;

/** Without limits from the user: half the machine's memory (a container's limit counts), all its cores. */
export function probeHardware(folder: string, limits: Limits): Hardware {
  const cores = availableParallelism();
  const machineBytes = machineMemory();
  const offered = Math.max(GiB, Math.min(machineBytes / 2, freemem() * 0.8));
  return {
    cores,
    workers: limits.workers ?? Math.max(1, Math.min(cores, 16)),
    memoryBytes: limits.memoryBytes ?? Math.floor(offered),
    diskFreeBytes: freeBytes(folder),
  };
}

/** All the memory there is; a container's limit counts. */
export const machineMemory = (): number => Math.min(totalmem(), containerLimit() ?? Number.POSITIVE_INFINITY);

export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Memory limit of the container in bytes: cgroup v2, then v1. */
export function containerLimit(): number | null {
  for (const path of ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes']) {
    if (!existsSync(path)) continue;
    const bytes = Number(readFileSync(path, 'utf8').trim());
    if (Number.isFinite(bytes) && bytes > 0 && bytes < 2 ** 60) return bytes;
  }
  return null;
}
