/** Leading genes of finished comparisons, for questions in SQL: few per condition, the tables of a result have them all. */
import type { Catalog } from './schema.ts';
import type { Fingerprint } from '../../protocol/ids.ts';

export const deTopTables = `
  CREATE TABLE de_top (
    fingerprint TEXT NOT NULL,
    stratum TEXT NOT NULL,
    target TEXT NOT NULL,
    place INTEGER NOT NULL,
    feature TEXT NOT NULL,
    log2_fold_change REAL,
    p_value REAL NOT NULL,
    fdr REAL NOT NULL,
    PRIMARY KEY (fingerprint, stratum, target, place)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX de_top_feature ON de_top (feature);
`;

export interface TopRow {
  readonly stratum: string;
  readonly target: string;
  /** 1 for the smallest p. */
  readonly place: number;
  readonly feature: string;
  /** Null where infinite. */
  readonly log2FoldChange: number | null;
  readonly pValue: number;
  readonly fdr: number;
}

/** Replaces what is known of a result. */
export function keepTop(db: Catalog, fingerprint: Fingerprint, rows: readonly TopRow[]): void {
  const insert = db.prepare('INSERT INTO de_top (fingerprint, stratum, target, place, feature, log2_fold_change, p_value, fdr) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    dropTop(db, fingerprint);
    for (const row of rows) insert.run(fingerprint, row.stratum, row.target, row.place, row.feature, row.log2FoldChange, row.pValue, row.fdr);
  })();
}

export function dropTop(db: Catalog, fingerprint: Fingerprint): void {
  db.prepare('DELETE FROM de_top WHERE fingerprint = ?').run(fingerprint);
}
