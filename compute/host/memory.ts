/** Memory of processes as the system accounts it: proportional set size, so that shared pages count once. */
import { readFileSync } from 'node:fs';

/** Pss of a process in bytes; resident size where Pss is not offered; null when neither is. */
export function processBytes(pid: number): number | null {
  try {
    const match = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return match ? Number(match[1]) * 1024 : null;
  } catch {
    return pid === process.pid ? process.memoryUsage.rss() : null;
  }
}
