/**
 * The workspace's SQLite file: opened so that what was acknowledged survives a power cut (WAL with synchronous=FULL), and
 * brought to the newest schema by numbered migrations, each in one transaction.
 */
import Database from 'better-sqlite3';
import { failure, messageOf, systemFailure } from '../../protocol/errors.ts';
import { atlasTables } from './atlas.schema.ts';
import { deTopTables } from './de-top.ts';
import { extractionTables } from './extractions.ts';
import { selectionTables } from './selections.ts';

export type Catalog = Database.Database;

/** migrations[v] brings a file from version v to v + 1. Never edit one that has shipped: add another. */
const migrations: readonly string[] = [
  `
  CREATE TABLE datasets (
    name TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    obs_digest TEXT NOT NULL,
    var_digest TEXT NOT NULL,
    facts TEXT,
    report TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    added_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    recipe TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'gone')),
    queued_at TEXT NOT NULL,
    ended_at TEXT,
    seconds REAL,
    cpu_seconds REAL,
    peak_bytes INTEGER,
    error TEXT,
    plan TEXT NOT NULL
  ) STRICT;
  CREATE TABLE results (
    fingerprint TEXT PRIMARY KEY,
    step TEXT NOT NULL,
    folder TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    seconds REAL NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT;
  -- Which results make up a run, in recipe order: results are shared between runs.
  CREATE TABLE job_results (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    step TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    reused INTEGER NOT NULL,
    PRIMARY KEY (job, position)
  ) STRICT;
  `,
  atlasTables,
  selectionTables,
  deTopTables,
  extractionTables,
];

/** @throws disk-full, not-permitted, io-failed; corrupt-file when it is no catalog of ours. */
export function openCatalog(path: string): Catalog {
  let db: Catalog;
  try {
    db = new Database(path);
  } catch (cause) {
    throw systemFailure(cause, path) ?? failure('io-failed', { path, code: 'SQLITE' }, cause);
  }
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 5000');
    migrate(db);
  } catch (cause) {
    db.close();
    throw systemFailure(cause, path) ?? failure('corrupt-file', { path, element: 'the catalog', reason: messageOf(cause) }, cause);
  }
  return db;
}

/** Reads every page: nothing may be written into a file that is damaged somewhere. @throws corrupt-file */
export function requireSound(db: Catalog): void {
  let found: string;
  try {
    found = String(db.pragma('quick_check(1)', { simple: true }));
  } catch (cause) {
    throw systemFailure(cause, db.name) ?? cause;
  }
  if (found !== 'ok') throw failure('corrupt-file', { path: db.name, element: 'the catalog', reason: found.replaceAll(/\s+/g, ' ').slice(0, 200) });
}

function migrate(db: Catalog): void {
  const versionOf = (): number => Number(db.pragma('user_version', { simple: true }));
  if (versionOf() > migrations.length) throw new Error(`it was written by a newer Truckee (schema ${versionOf()})`);
  while (versionOf() < migrations.length) {
    db.transaction(() => {
      // Asked again inside: another process may have opened the same new workspace meanwhile.
      const version = versionOf();
      if (version >= migrations.length) return;
      db.exec(migrations[version]!);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}
