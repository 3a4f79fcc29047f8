/**
 * Peak memory of a command with all its descendants, as summed Pss: shared pages are counted once over the processes
 * that share them, so workers and forked helpers are neither missed nor counted twice. Linux only.
 *
 *   node bench/pss.ts COMMAND ARGS...     runs the command and prints one JSON line to stderr when it ends
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface TreeMemory {
  /** Largest sum of Pss over the tree at one moment, in bytes. */
  readonly peakPssBytes: number;
  /** Most processes alive at one moment. */
  readonly mostProcesses: number;
  readonly samples: number;
}

/** Starts sampling the tree under `root` (itself included); the returned function stops and gives the peak. */
export function watchTree(root: number, everyMs = 100): () => TreeMemory {
  const known = new Set([root]);
  let peakPssBytes = 0;
  let mostProcesses = 0;
  let samples = 0;
  const sample = (): void => {
    const alive = aliveInTree(known);
    const sum = alive.reduce((bytes, pid) => bytes + pssOf(pid), 0);
    peakPssBytes = Math.max(peakPssBytes, sum);
    mostProcesses = Math.max(mostProcesses, alive.length);
    samples += 1;
  };
  sample();
  const timer = setInterval(sample, everyMs);
  return () => {
    clearInterval(timer);
    return { peakPssBytes, mostProcesses, samples };
  };
}

/** Adds new descendants to `known` (a process whose parent ended stays known) and returns those that are alive. */
function aliveInTree(known: Set<number>): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent !== null) parents.set(pid, parent);
  }
  // children can have smaller ids than their parents, so repeat until nothing is added
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const [pid, parent] of parents) if (known.has(parent)) known.add(pid);
  }
  return [...known].filter((pid) => parents.has(pid));
}

/** Parent of a process; null when it has ended. */
function parentOf(pid: number): number | null {
  const stat = readProc(`/proc/${pid}/stat`);
  // the name in brackets may itself hold brackets and spaces
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[1] === undefined ? null : Number(fields[1]);
}

/** Pss of one process in bytes; 0 when it has just ended. */
export function pssOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // processes end between listing and reading
    return null;
  }
}

if (import.meta.main) {
  const [command, ...args] = process.argv.slice(2);
  if (!command) {
    console.error('usage: node bench/pss.ts COMMAND ARGS...');
    process.exit(2);
  }
  const child = spawn(command, args, { stdio: 'inherit' });
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(127);
  });
  const stop = watchTree(child.pid!);
  child.on('exit', (code) => {
    console.error(JSON.stringify(stop()));
    process.exitCode = code ?? 1;
  });
}
