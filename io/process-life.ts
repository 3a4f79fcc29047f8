/** Whether another process of this machine is still at work: what a dead one held is free. */
import { readFileSync } from 'node:fs';

/** One that was killed but that nobody has waited for yet (a zombie) is gone all the same. */
export function isAtWork(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    // EPERM: it lives and belongs to somebody else.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
  return procStat(pid)?.[0] !== 'Z';
}

/** When it started, in the system's own count (field 22 of /proc/<pid>/stat); null where that cannot be known. */
export function startOfProcess(pid: number): string | null {
  return procStat(pid)?.[19] ?? null;
}

/** Memory it holds; 0 where that cannot be known. */
export function residentBytes(pid: number | undefined): number {
  try {
    return pid === undefined ? 0 : 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Fields from the state on; null where there is no such file. */
function procStat(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
