/** Calls to the system that fail on order: the N-th fsync, every rename from the third on, only for files of a workspace. */
import { spawnSync } from 'node:child_process';

export interface Fault {
  /** System calls, comma-separated: one kind of act under all its names. */
  readonly calls: string;
  readonly error: string;
  /** Which call of each thread fails, counted from 1. */
  readonly n: number;
  readonly forever: boolean;
}

export const hasStrace = spawnSync('strace', ['-f', '-qq', '-e', 'inject=fsync:error=EIO:when=9', 'true']).status === 0;

export function describeFault({ calls, error, n, forever }: Fault): string {
  return `${calls.split(',')[0]} ${n}${forever ? ' and later' : ''}: ${error}`;
}

/** The words to put before a command so that the fault meets it and all its children; `log` tells which calls it met. */
export function withFault(fault: Fault, paths: readonly string[], log: string): string[] {
  const { calls, error, n, forever } = fault;
  return [
    'strace', '-f', '-qq', '--seccomp-bpf', '-o', log, '-e', `trace=${calls}`, ...paths.flatMap((path) => ['-P', path]),
    '-e', `inject=${calls}:error=${error}:when=${n}${forever ? '+' : ''}`,
  ];
}
