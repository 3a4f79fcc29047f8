/** Names of things under construction say who makes them, so that what a process that is gone has left behind is told from what is at work. */
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAtWork, startOfProcess } from './process-life.ts';

/** Machine, process and its start: folders are shared, and numbers of processes come back. */
export const ownMark = (): string => `${hostname()}-${process.pid}_${startOfProcess(process.pid) ?? ''}`;

/** Of what was put down on purpose: anyone on this machine may take it up. */
export const nobodysMark = (): string => `${hostname()}-0`;

/** Paths in `folder` named `before`, a mark, `behind`, whose maker has gone or is this process. Of other machines nothing is known. */
export function abandonedIn(folder: string, before: string, behind = ''): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(before) && name.endsWith(behind) && name.length > before.length + behind.length && isAbandoned(name.slice(before.length, name.length - behind.length)))
    .map((name) => join(folder, name));
}

function isAbandoned(mark: string): boolean {
  const [, machine, number, started = ''] = /^(.*)-(\d+)(?:_(\d*))?$/.exec(mark) ?? [];
  if (machine !== hostname()) return false;
  const pid = Number(number);
  if (pid === 0 || pid === process.pid || !isAtWork(pid)) return true;
  return started !== '' && (startOfProcess(pid) ?? started) !== started;
}
