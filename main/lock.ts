/**
 * One host per workspace writes. The lock names its process and that process's start time, so that a lock left by a
 * killed host (or by another process that got the same number) is recognised and taken over without a human.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAtWork, startOfProcess } from '../io/process-life.ts';
import { failure, systemFailure } from '../protocol/errors.ts';
import type { Workspace } from './workspace.ts';

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
export function lockWorkspace(workspace: Pick<Workspace, 'root' | 'catalog'>, address = ''): Lock {
  const path = join(workspace.root, 'host.lock');
  const mine: LockRecord = { pid: process.pid, started: startOfProcess(process.pid) ?? '', since: new Date().toISOString(), address };
  const take = (): void => {
    const holder = readLock(path);
    if (holder && isAlive(holder)) {
      throw failure('workspace-locked', { workspace: workspace.root, pid: holder.pid, since: holder.since, address: holder.address });
    }
    // Renamed into place: a reader sees the old record or the new one, never half of one.
    writeFileSync(`${path}.new`, JSON.stringify(mine));
    renameSync(`${path}.new`, path);
  };
  try {
    // Looking and taking must not be torn apart by a second host that does the same: SQLite lets one in at a time, and
    // lets go by itself of a process that dies here.
    workspace.catalog.transaction(take).immediate();
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
  return { release: () => release(path, mine) };
}

function release(path: string, mine: LockRecord): void {
  try {
    const holder = readLock(path);
    if (holder?.pid === mine.pid && holder.started === mine.started) rmSync(path, { force: true });
  } catch {
    // Left behind it is harmless: the next host sees that this process is gone.
  }
}

/** Null for a lock that is not there or was torn by a power cut: nobody holds it. @throws what reading throws else. */
function readLock(path: string): LockRecord | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
  try {
    const record = JSON.parse(text) as LockRecord;
    return Number.isSafeInteger(record.pid) && record.pid > 0 ? record : null;
  } catch {
    return null;
  }
}

function isAlive(holder: LockRecord): boolean {
  if (!isAtWork(holder.pid)) return false;
  const started = startOfProcess(holder.pid);
  return started === null || holder.started === '' || started === holder.started;
}
