/** What past extractions took to write, beside what had been planned: predictions of the next ones learn from it. */
import type { StepPlan } from '../../protocol/plan.ts';
import type { Catalog } from './schema.ts';

export const extractionTables = `
  CREATE TABLE extractions (
    at TEXT NOT NULL,
    format TEXT NOT NULL,
    cpu TEXT NOT NULL,
    cores INTEGER NOT NULL,
    -- As it was told then, as JSON.
    plan TEXT NOT NULL,
    seconds REAL NOT NULL,
    peak_bytes INTEGER NOT NULL,
    disk_bytes INTEGER NOT NULL
  ) STRICT;
`;

export interface PastExtraction {
  readonly at: string;
  readonly format: 'h5ad' | 'zarr';
  readonly cpu: string;
  readonly cores: number;
  readonly plan: StepPlan;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly diskBytes: number;
}

interface Stored { at: string; format: PastExtraction['format']; cpu: string; cores: number; plan: string; seconds: number; peak_bytes: number; disk_bytes: number }

export function insertExtraction(db: Catalog, one: PastExtraction): void {
  db.prepare('INSERT INTO extractions (at, format, cpu, cores, plan, seconds, peak_bytes, disk_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    .run(one.at, one.format, one.cpu, one.cores, JSON.stringify(one.plan), one.seconds, Math.round(one.peakBytes), one.diskBytes);
}

/** The latest, oldest first; one that is damaged teaches nothing and is left out. */
export function listExtractions(db: Catalog, most: number): PastExtraction[] {
  return db.prepare<[number], Stored>('SELECT * FROM extractions ORDER BY rowid DESC LIMIT ?').all(most).reverse()
    .flatMap(({ plan: text, peak_bytes: peakBytes, disk_bytes: diskBytes, ...row }) => {
      const plan = planOf(text);
      return plan === null ? [] : [{ ...row, plan, peakBytes, diskBytes }];
    });
}

function planOf(text: string): StepPlan | null {
  try {
    return JSON.parse(text) as StepPlan | null;
  } catch {
    return null;
  }
}
