/** Rows of registered files. */
import { asDatasetName, asFingerprint, type DatasetName, type Fingerprint } from '../../protocol/ids.ts';
import type { InspectReport } from '../../protocol/inspect.ts';
import type { PlateFacts } from '../../protocol/matrix.ts';
import type { Catalog } from './schema.ts';
import { storedJson } from './stored-json.ts';

export interface DatasetRow {
  readonly name: DatasetName;
  readonly path: string;
  readonly fingerprint: Fingerprint;
  readonly obsDigest: string;
  readonly varDigest: string;
  /** Null for a file without a matrix that can be run. */
  readonly facts: PlateFacts | null;
  readonly report: InspectReport;
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly addedAt: string;
}

interface Stored {
  name: string; path: string; fingerprint: string; obs_digest: string; var_digest: string;
  facts: string | null; report: string; bytes: number; mtime_ms: number; added_at: string;
}

export function listDatasets(db: Catalog): DatasetRow[] {
  return db.prepare<[], Stored>('SELECT * FROM datasets ORDER BY added_at, rowid').all().map((row) => fromStored(db, row));
}

export function findDataset(db: Catalog, name: string): DatasetRow | undefined {
  const row = db.prepare<[string], Stored>('SELECT * FROM datasets WHERE name = ?').get(name);
  return row && fromStored(db, row);
}

export function saveDataset(db: Catalog, row: DatasetRow): void {
  db.prepare(
    `INSERT INTO datasets (name, path, fingerprint, obs_digest, var_digest, facts, report, bytes, mtime_ms, added_at)
     VALUES (@name, @path, @fingerprint, @obsDigest, @varDigest, @facts, @report, @bytes, @mtimeMs, @addedAt)
     ON CONFLICT (name) DO UPDATE SET path = excluded.path, fingerprint = excluded.fingerprint, obs_digest = excluded.obs_digest,
       var_digest = excluded.var_digest, facts = excluded.facts, report = excluded.report, bytes = excluded.bytes, mtime_ms = excluded.mtime_ms`,
  ).run({ ...row, facts: row.facts === null ? null : JSON.stringify(row.facts), report: JSON.stringify(row.report) });
}

/** Forgets a dataset; false when there was none of this name. */
export function removeDataset(db: Catalog, name: string): boolean {
  return db.prepare('DELETE FROM datasets WHERE name = ?').run(name).changes > 0;
}

/** @throws corrupt-file */
function fromStored(db: Catalog, row: Stored): DatasetRow {
  const what = `what it knows of ${row.name}`;
  return {
    name: asDatasetName(row.name), path: row.path, fingerprint: asFingerprint(row.fingerprint), obsDigest: row.obs_digest, varDigest: row.var_digest,
    facts: row.facts === null ? null : storedJson<PlateFacts>(db, row.facts, what, ({ nObs, matrix }) => typeof nObs === 'number' && typeof matrix?.stored === 'number'),
    report: storedJson<InspectReport>(db, row.report, what, ({ n_obs, obs, problems }) => typeof n_obs === 'number' && Array.isArray(obs) && Array.isArray(problems)),
    bytes: row.bytes, mtimeMs: row.mtime_ms, addedAt: row.added_at,
  };
}
