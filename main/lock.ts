/**
 * One host per workspace writes. The lock names its process and that process's start time, so that a lock left by a
 * killed host (or by another process that got the same number) is recognised and taken over without a human.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, systemFailure } from '../protocol/errors.ts';

interface LockRecord {
  readonly pid: number;
  /** Clock ticks since boot at which the process started; empty where the system does not tell. */
  readonly started: string;
  readonly since: string;
  readonly address: string;
}

export interface Lock {
  release(): void;
}

/** @throws workspace-locked while another living host holds it. */
export function lockWorkspace(root: string, address = ''): Lock {
  const path = join(root, 'host.lock');
  const mine: LockRecord = { pid: process.pid, started: startOf(process.pid) ?? '', since: new Date().toISOString(), address };
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(mine));
    for (let attempt = 0; attempt < 20; attempt++) {
      if (tryLink(draft, path)) return { release: () => release(path, mine) };
      const holder = readLock(path);
      if (holder && isAlive(holder)) {
        throw failure('workspace-locked', { workspace: root, pid: holder.pid, since: holder.since, address: holder.address });
      }
      rmSync(path, { force: true });
    }
    throw failure('workspace-locked', { workspace: root, pid: 0, since: 'just now', address: '' });
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A link to a complete file either appears whole or not at all. */
function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
}

function release(path: string, mine: LockRecord): void {
  const holder = readLock(path);
  if (holder?.pid === mine.pid && holder.started === mine.started) rmSync(path, { force: true });
}

function readLock(path: string): LockRecord | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockRecord;
  } catch {
    return null;
  }
}

function isAlive(holder: LockRecord): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (cause) {
    // EPERM: it lives and belongs to somebody else.
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
  const started = startOf(holder.pid);
  return started === null || holder.started === '' || started === holder.started;
}

/** Field 22 of /proc/<pid>/stat: when the process started. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const state = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A killed process that nobody has waited for yet is gone all the same.
    return state[0] === 'Z' ? 'zombie' : (state[19] ?? null);
  } catch {
    return null;
  }
}
