/** A job's event log: one JSON line per event, numbered without gaps, replayable from any number. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { systemFailure } from '../../protocol/errors.ts';
import { isFinal, type JobEvent, type LoggedEvent } from '../../protocol/events.ts';
import type { JobId } from '../../protocol/ids.ts';
import type { Workspace } from '../workspace.ts';

type LogPlace = Pick<Workspace, 'folders'>;

export interface EventLog {
  /** Appends and numbers; after a final event nothing is taken in any more: that one is returned. @throws disk-full, io-failed... */
  add(event: JobEvent): LoggedEvent;
}

/** Opens or goes on with the log of a job. A line torn by a crash is cut off, so that its number is given again. */
export function openEventLog(workspace: LogPlace, job: JobId): EventLog {
  const path = logPath(workspace, job);
  mkdirSync(workspace.folders.runs, { recursive: true });
  cutTornLine(path);
  let last = readEvents(workspace, job).at(-1);
  return {
    add(event) {
      if (last && isFinal(last.event)) return last;
      const logged: LoggedEvent = { job, number: (last?.number ?? 0) + 1, at: new Date().toISOString(), event };
      try {
        // How a job ended is a fact told to the user: it must survive a power cut.
        appendFileSync(path, `${JSON.stringify(logged)}\n`, { flush: isFinal(event) });
      } catch (cause) {
        cutTornLine(path);
        throw systemFailure(cause, path) ?? cause;
      }
      last = logged;
      return logged;
    },
  };
}

/** Events after number `since`. A line torn by a crash is passed over. */
export function readEvents(workspace: LogPlace, job: JobId, since = 0): LoggedEvent[] {
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

function cutTornLine(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf(10) + 1;
  if (whole < bytes.length) truncateSync(path, whole);
}

function logPath(workspace: LogPlace, job: JobId): string {
  return join(workspace.folders.runs, `${job}.ndjson`);
}
