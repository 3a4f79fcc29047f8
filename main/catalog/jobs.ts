/** Rows of jobs and of the results they are made of. */
import type { ErrorData } from '../../protocol/errors.ts';
import type { FinalEvent } from '../../protocol/events.ts';
import { asFingerprint, asJobId, type Fingerprint, type JobId } from '../../protocol/ids.ts';
import type { Catalog } from './schema.ts';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'gone';

export interface JobRow {
  readonly id: JobId;
  readonly kind: string;
  /** The whole recipe as JSON. */
  readonly recipe: string;
  readonly state: JobState;
  readonly queuedAt: string;
  readonly endedAt: string | null;
  readonly seconds: number | null;
  readonly cpuSeconds: number | null;
  readonly peakBytes: number | null;
  readonly error: ErrorData | null;
}

interface Stored {
  id: string; kind: string; recipe: string; state: JobState; queued_at: string; ended_at: string | null;
  seconds: number | null; cpu_seconds: number | null; peak_bytes: number | null; error: string | null;
}

export function insertJob(db: Catalog, job: { id: JobId; kind: string; recipe: string; plan: string; queuedAt: string }): void {
  db.prepare("INSERT INTO jobs (id, kind, recipe, state, queued_at, plan) VALUES (?, ?, ?, 'queued', ?, ?)").run(
    job.id, job.kind, job.recipe, job.queuedAt, job.plan,
  );
}

export function setJobRunning(db: Catalog, id: JobId): void {
  db.prepare("UPDATE jobs SET state = 'running' WHERE id = ?").run(id);
}

export function endJob(db: Catalog, id: JobId, event: FinalEvent, at: string): void {
  const done = event.kind === 'done' ? event : null;
  const error = event.kind === 'failed' ? JSON.stringify(event.error) : null;
  db.prepare('UPDATE jobs SET state = ?, ended_at = ?, seconds = ?, cpu_seconds = ?, peak_bytes = ?, error = ? WHERE id = ?').run(
    event.kind, at, done?.seconds ?? null, done?.cpuSeconds ?? null, done ? Math.round(done.peakBytes) : null, error, id,
  );
}

/** Jobs without an end: at work, or left behind by a host that died. */
export function unfinishedJobs(db: Catalog): JobId[] {
  return db.prepare<[], { id: string }>("SELECT id FROM jobs WHERE state IN ('queued', 'running')").all().map(({ id }) => asJobId(id));
}

export function listJobs(db: Catalog): JobRow[] {
  return db.prepare<[], Stored>('SELECT * FROM jobs ORDER BY queued_at, rowid').all().map((row) => ({
    id: asJobId(row.id), kind: row.kind, recipe: row.recipe, state: row.state, queuedAt: row.queued_at, endedAt: row.ended_at,
    seconds: row.seconds, cpuSeconds: row.cpu_seconds, peakBytes: row.peak_bytes,
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorData),
  }));
}

/** The plan a job was queued with, as the JSON it was stored as. */
export function jobPlan(db: Catalog, id: JobId): string {
  return db.prepare<[string], { plan: string }>('SELECT plan FROM jobs WHERE id = ?').get(id)?.plan ?? '{}';
}

export interface JobResultRow {
  readonly step: string;
  readonly fingerprint: Fingerprint;
  readonly reused: boolean;
}

export function addJobResult(db: Catalog, job: JobId, position: number, result: JobResultRow): void {
  db.prepare('INSERT OR REPLACE INTO job_results (job, position, step, fingerprint, reused) VALUES (?, ?, ?, ?, ?)').run(
    job, position, result.step, result.fingerprint, result.reused ? 1 : 0,
  );
}

export function resultsOfJob(db: Catalog, job: JobId): JobResultRow[] {
  return db
    .prepare<[string], { step: string; fingerprint: string; reused: number }>('SELECT step, fingerprint, reused FROM job_results WHERE job = ? ORDER BY position')
    .all(job)
    .map((row) => ({ step: row.step, fingerprint: asFingerprint(row.fingerprint), reused: row.reused === 1 }));
}
