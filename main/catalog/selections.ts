/** Named choices of cells: what a person called them, on which run, and the view that makes them - never the cells themselves. */
import type { Selection } from '../../protocol/api.types.ts';
import type { Catalog } from './schema.ts';

export const selectionTables = `
  CREATE TABLE selections (
    run TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- Filters, categories and lasso as the map keeps them: with the run's recipe they say again which cells are meant.
    view TEXT NOT NULL,
    cells INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (run, name)
  ) STRICT;
`;

export function listSelections(db: Catalog, run: string): Selection[] {
  return db.prepare<[string], { name: string; view: string; cells: number; created_at: string }>('SELECT name, view, cells, created_at FROM selections WHERE run = ? ORDER BY name')
    .all(run).map(({ created_at, ...row }) => ({ ...row, createdAt: created_at }));
}

/** A name that is there already takes the new choice. */
export function saveSelection(db: Catalog, run: string, { name, view, cells, createdAt }: Selection): void {
  db.prepare(
    `INSERT INTO selections (run, name, view, cells, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (run, name) DO UPDATE SET view = excluded.view, cells = excluded.cells, created_at = excluded.created_at`,
  ).run(run, name, view, cells, createdAt);
}

export function removeSelection(db: Catalog, run: string, name: string): boolean {
  return db.prepare('DELETE FROM selections WHERE run = ? AND name = ?').run(run, name).changes > 0;
}
