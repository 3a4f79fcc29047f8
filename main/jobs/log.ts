/** A job's event log: one JSON line per event, numbered without gaps, replayable from any number. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobEvent, LoggedEvent } from '../../protocol/events.ts';
import type { JobId } from '../../protocol/ids.ts';
import type { Workspace } from '../workspace.ts';

export interface EventLog {
  add(event: JobEvent): LoggedEvent;
}

export function openEventLog(workspace: Workspace, job: JobId): EventLog {
  const path = logPath(workspace, job);
  mkdirSync(workspace.folders.runs, { recursive: true });
  let number = readEvents(workspace, job).at(-1)?.number ?? 0;
  let lastProgress = 0;
  return {
    add(event) {
      number += 1;
      const logged: LoggedEvent = { job, number, at: new Date().toISOString(), event };
      // Progress is plentiful: one line in five seconds is enough to look back on; live listeners get them all.
      const now = performance.now();
      if (event.kind !== 'progress' || now - lastProgress > 5000) {
        appendFileSync(path, `${JSON.stringify(logged)}\n`);
        if (event.kind === 'progress') lastProgress = now;
      }
      return logged;
    },
  };
}

/** Events after number `since`. A line torn by a crash is passed over. */
export function readEvents(workspace: Workspace, job: JobId, since = 0): LoggedEvent[] {
  const path = logPath(workspace, job);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').flatMap((line) => {
    try {
      const logged = JSON.parse(line) as LoggedEvent;
      return logged.number > since ? [logged] : [];
    } catch {
      return [];
    }
  });
}

function logPath(workspace: Workspace, job: JobId): string {
  return join(workspace.folders.runs, `${job}.ndjson`);
}
