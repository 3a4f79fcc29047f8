/** Writes imported rows: each kind replaces what was there of that kind, inside the caller's transaction. */
import type { Catalog } from './schema.ts';

export interface DrugRow {
  readonly drug: string; readonly name: string; readonly targets: string | null; readonly moaBroad: string | null; readonly moaFine: string | null;
  readonly approved: string | null; readonly trials: string | null; readonly notes: string | null; readonly smiles: string | null; readonly pubchemCid: string | null;
  readonly targetNames: readonly string[];
}

export interface DriverRow {
  readonly gene: string | null; readonly zygosity: string | null; readonly variant: string | null; readonly effect: string | null;
  readonly mechanism: string | null; readonly geneType: string | null;
}

export interface LineRow {
  readonly line: string; readonly name: string; readonly depmap: string | null; readonly organ: string | null; readonly drivers: readonly DriverRow[];
}

export interface GeneRow { readonly symbol: string; readonly ensemblId: string | null; readonly tokenId: number | null }

export interface SampleRow {
  readonly sample: string; readonly plate: string; readonly drug: string; readonly drugLabel: string; readonly treatment: string | null;
  readonly dose: number | null; readonly unit: string | null; readonly meanGenes: number | null; readonly meanCounts: number | null;
  readonly meanReads: number | null; readonly meanMito: number | null; readonly flaw: string | null;
}

export interface ConditionRow { readonly drug: string; readonly line: string; readonly plate: string; readonly dose: number; readonly cells: number }

export function replaceDrugs(db: Catalog, rows: Iterable<DrugRow>): number {
  db.exec('DELETE FROM drug_targets; DELETE FROM drugs');
  const drug = db.prepare(`INSERT OR REPLACE INTO drugs (drug, name, targets, moa_broad, moa_fine, approved, trials, notes, smiles, pubchem_cid)
    VALUES (@drug, @name, @targets, @moaBroad, @moaFine, @approved, @trials, @notes, @smiles, @pubchemCid)`);
  const target = db.prepare('INSERT OR IGNORE INTO drug_targets (drug, target) VALUES (?, ?)');
  return each(rows, ({ targetNames, ...row }) => {
    drug.run(row);
    for (const name of targetNames) target.run(row.drug, name);
  });
}

export function replaceLines(db: Catalog, rows: Iterable<LineRow>): number {
  db.exec('DELETE FROM line_drivers; DELETE FROM cell_lines');
  const line = db.prepare('INSERT INTO cell_lines (line, name, depmap, organ) VALUES (@line, @name, @depmap, @organ)');
  const driver = db.prepare(`INSERT INTO line_drivers (line, position, gene, zygosity, variant, effect, mechanism, gene_type)
    VALUES (@line, @position, @gene, @zygosity, @variant, @effect, @mechanism, @geneType)`);
  return each(rows, ({ drivers, ...row }) => {
    line.run(row);
    drivers.forEach((one, position) => driver.run({ line: row.line, position, ...one }));
  });
}

export function replaceGenes(db: Catalog, rows: Iterable<GeneRow>): number {
  db.exec('DELETE FROM genes');
  const gene = db.prepare('INSERT OR REPLACE INTO genes (symbol, ensembl_id, token_id) VALUES (@symbol, @ensemblId, @tokenId)');
  return each(rows, (row) => void gene.run(row));
}

export function replaceSamples(db: Catalog, rows: Iterable<SampleRow>): number {
  db.exec('DELETE FROM samples');
  const sample = db.prepare(`INSERT OR REPLACE INTO samples (sample, plate, drug, drug_label, treatment, dose, unit, mean_genes, mean_counts, mean_reads, mean_mito, flaw)
    VALUES (@sample, @plate, @drug, @drugLabel, @treatment, @dose, @unit, @meanGenes, @meanCounts, @meanReads, @meanMito, @flaw)`);
  return each(rows, (row) => void sample.run(row));
}

export function replaceConditions(db: Catalog, rows: Iterable<ConditionRow>): number {
  db.exec('DELETE FROM conditions');
  const condition = db.prepare(`INSERT INTO conditions (drug, line, plate, dose, cells) VALUES (@drug, @line, @plate, @dose, @cells)
    ON CONFLICT DO UPDATE SET cells = cells + excluded.cells`);
  return each(rows, (row) => void condition.run(row));
}

/** Genes per cell where no sample tells: the mean of the atlas. */
const meanGenesPerCell = 1450;

/** Brings estimated nonzeros and sums of all conditions up to date with the samples. */
export function settleConditions(db: Catalog): void {
  db.prepare(`UPDATE conditions SET nonzeros = CAST(round(cells * coalesce(
    (SELECT avg(s.mean_genes) FROM samples s WHERE s.plate = conditions.plate AND s.drug = conditions.drug AND s.dose = conditions.dose), ?)) AS INTEGER)`).run(meanGenesPerCell);
  db.exec('DELETE FROM condition_totals');
  for (const axis of ['drug', 'line', 'plate']) {
    db.exec(`INSERT INTO condition_totals (axis, name, cells, nonzeros) SELECT '${axis}', ${axis}, sum(cells), sum(nonzeros) FROM conditions GROUP BY ${axis}`);
  }
}

export function recordImport(db: Catalog, row: { kind: string; file: string; digest: string; rows: number; importedAt: string }): void {
  db.prepare('INSERT OR REPLACE INTO imports (kind, file, digest, rows, imported_at) VALUES (@kind, @file, @digest, @rows, @importedAt)').run(row);
}

export function forgetImport(db: Catalog, kind: string): void {
  db.prepare('DELETE FROM imports WHERE kind = ?').run(kind);
}

function each<T>(rows: Iterable<T>, act: (row: T) => void): number {
  let count = 0;
  for (const row of rows) {
    act(row);
    count += 1;
  }
  return count;
}
