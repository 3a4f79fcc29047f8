/** Reading the atlas tables: what lists, completion and queries need of drugs, lines, samples and plates. */
import type { Catalog } from './schema.ts';

export interface AtlasDrug {
  readonly drug: string;
  readonly name: string;
  readonly targets: readonly string[];
  readonly moaBroad: string | null;
  readonly moaFine: string | null;
  readonly approved: string | null;
  readonly smiles: string | null;
  readonly pubchemCid: string | null;
  /** Released cells; 0 where no condition table was imported. */
  readonly cells: number;
}

export function listDrugs(db: Catalog): AtlasDrug[] {
  const targets = new Map<string, string[]>();
  for (const { drug, target } of db.prepare<[], { drug: string; target: string }>('SELECT drug, target FROM drug_targets ORDER BY target').all()) {
    targets.set(drug, [...(targets.get(drug) ?? []), target]);
  }
  return db.prepare<[], Omit<AtlasDrug, 'targets'>>(
    `SELECT u.drug, coalesce(d.name, u.drug) AS name, d.moa_broad AS moaBroad, d.moa_fine AS moaFine, d.approved, d.smiles, d.pubchem_cid AS pubchemCid, coalesce(c.cells, 0) AS cells
     FROM (SELECT drug FROM drugs UNION SELECT drug FROM samples UNION SELECT name FROM condition_totals WHERE axis = 'drug' UNION SELECT drug FROM dataset_groups WHERE drug <> '') u
     LEFT JOIN drugs d ON d.drug = u.drug LEFT JOIN condition_totals c ON c.axis = 'drug' AND c.name = u.drug
     ORDER BY u.drug COLLATE NOCASE`,
  ).all().map((row) => ({ ...row, targets: targets.get(row.drug) ?? [] }));
}

export interface AtlasLine {
  readonly line: string;
  readonly name: string;
  readonly depmap: string | null;
  readonly organ: string | null;
  /** Genes with driver mutations, each once. */
  readonly drivers: readonly string[];
  readonly cells: number;
}

/** `assayed`: only lines with cells in some condition (the table annotates more lines than the assay holds). */
export function listLines(db: Catalog, assayed = false): AtlasLine[] {
  const drivers = new Map<string, string[]>();
  for (const { line, gene } of db.prepare<[], { line: string; gene: string }>('SELECT DISTINCT line, gene FROM line_drivers WHERE gene IS NOT NULL ORDER BY gene').all()) {
    drivers.set(line, [...(drivers.get(line) ?? []), gene]);
  }
  const rows = db.prepare<[], Omit<AtlasLine, 'drivers'>>(
    `SELECT u.line, coalesce(l.name, u.line) AS name, l.depmap, l.organ, coalesce(c.cells, 0) AS cells
     FROM (SELECT line FROM cell_lines UNION SELECT name FROM condition_totals WHERE axis = 'line' UNION SELECT line FROM dataset_groups WHERE line <> '') u
     LEFT JOIN cell_lines l ON l.line = u.line LEFT JOIN condition_totals c ON c.axis = 'line' AND c.name = u.line
     ORDER BY name COLLATE NOCASE`,
  ).all().map((row) => ({ ...row, drivers: drivers.get(row.line) ?? [] }));
  return assayed ? rows.filter((row) => row.cells > 0) : rows;
}

export interface AtlasSample {
  readonly sample: string;
  readonly plate: string;
  readonly drug: string;
  /** As the source spells it, blanks included. */
  readonly drugLabel: string;
  readonly dose: number | null;
  readonly unit: string | null;
  readonly meanGenes: number | null;
}

export function listSamples(db: Catalog, plate?: string): AtlasSample[] {
  return db.prepare<{ plate: string | null }, AtlasSample>(
    'SELECT sample, plate, drug, drug_label AS drugLabel, dose, unit, mean_genes AS meanGenes FROM samples WHERE @plate IS NULL OR plate = @plate ORDER BY sample',
  ).all({ plate: plate ?? null });
}

export interface AtlasPlate { readonly plate: string; readonly samples: number; readonly drugs: number; readonly cells: number; readonly nonzeros: number }

/** Plates in the order of their numbers. */
export function listPlates(db: Catalog): AtlasPlate[] {
  const rows = db.prepare<[], AtlasPlate>(
    `SELECT u.plate, coalesce(s.samples, 0) AS samples, coalesce(s.drugs, 0) AS drugs, coalesce(c.cells, 0) AS cells, coalesce(c.nonzeros, 0) AS nonzeros
     FROM (SELECT plate FROM samples UNION SELECT name FROM condition_totals WHERE axis = 'plate') u
     LEFT JOIN (SELECT plate, count(*) AS samples, count(DISTINCT drug) AS drugs FROM samples GROUP BY plate) s ON s.plate = u.plate
     LEFT JOIN condition_totals c ON c.axis = 'plate' AND c.name = u.plate`,
  ).all();
  return rows.sort((a, b) => comparePlates(a.plate, b.plate));
}

/** plate2 before plate10. */
export function comparePlates(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

export interface AtlasImport { readonly kind: string; readonly file: string; readonly rows: number; readonly digest: string; readonly importedAt: string }

export function listImports(db: Catalog): AtlasImport[] {
  return db.prepare<[], AtlasImport>('SELECT kind, file, rows, digest, imported_at AS importedAt FROM imports ORDER BY kind').all();
}

/** Distinct values of one column of names. */
export function distinctNames(db: Catalog, sql: string): string[] {
  return db.prepare<[], { name: string }>(sql).all().map(({ name }) => name);
}
