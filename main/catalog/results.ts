/** Rows of finished results, found again by fingerprint. */
import { asFingerprint, type Fingerprint } from '../../protocol/ids.ts';
import { dropTop } from './de-top.ts';
import type { Catalog } from './schema.ts';

export interface ResultRow {
  readonly fingerprint: Fingerprint;
  readonly step: string;
  /** Folder name inside the workspace's results folder. */
  readonly folder: string;
  readonly job: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly createdAt: string;
}

interface Stored {
  fingerprint: string; step: string; folder: string; job: string; bytes: number; seconds: number; created_at: string;
}

export function insertResult(db: Catalog, row: ResultRow): void {
  db.prepare(
    'INSERT OR REPLACE INTO results (fingerprint, step, folder, job, bytes, seconds, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(row.fingerprint, row.step, row.folder, row.job, row.bytes, row.seconds, row.createdAt);
}

export function findResult(db: Catalog, fingerprint: Fingerprint): ResultRow | undefined {
  const row = db.prepare<[string], Stored>('SELECT * FROM results WHERE fingerprint = ?').get(fingerprint);
  return row && fromStored(row);
}

export function listResults(db: Catalog): ResultRow[] {
  return db.prepare<[], Stored>('SELECT * FROM results ORDER BY created_at, rowid').all().map(fromStored);
}

export function removeResult(db: Catalog, fingerprint: Fingerprint): void {
  db.prepare('DELETE FROM results WHERE fingerprint = ?').run(fingerprint);
  dropTop(db, fingerprint);
}

function fromStored(row: Stored): ResultRow {
  return {
    fingerprint: asFingerprint(row.fingerprint), step: row.step, folder: row.folder, job: row.job,
    bytes: row.bytes, seconds: row.seconds, createdAt: row.created_at,
  };
}
