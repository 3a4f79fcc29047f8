/**
 * Tables with a row per cell: obs of any data set, as Parquet or CSV. Read once, a portion at a time, and folded into cells
 * per condition and means per sample, so that the catalog stays small however many cells there are.
 */
import { basename } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { doseKey, labelKey } from '../../protocol/labels.ts';
import { parseTreatment, type Treatment } from '../../protocol/treatment.ts';
import type { ConditionRow, SampleRow } from '../catalog/write-atlas.ts';
import { labelFinding, type LabelFinding } from './atlas-rows.ts';
import { numberOf, textOf, type TableFile, type TableRow } from './tables/contract.ts';

/** What a column of cells may mean, and the names it usually has, the atlas's own first. */
const usual = {
  drug: ['drug', 'treatment', 'perturbation', 'compound'],
  line: ['cell_line', 'cell_line_id', 'cell_name', 'cell_type'],
  plate: ['plate', 'batch'],
  sample: ['sample', 'sample_id', 'well'],
  treatment: ['drugname_drugconc'],
  dose: ['conc', 'dose', 'dose_uM', 'concentration'],
  genes: ['gene_count', 'n_genes_by_counts', 'nFeature_RNA', 'n_genes'],
  counts: ['tscp_count', 'total_counts', 'nCount_RNA'],
  reads: ['mread_count'],
  mito: ['pcnt_mito'],
} as const;

export type CellRole = keyof typeof usual;
export const cellRoles = Object.keys(usual) as readonly CellRole[];
/** Columns by role, as a user names them. */
export type NamedColumns = Readonly<Partial<Record<CellRole, string>>>;

/** Names under which the index of obs is written to tables. */
const indexNames = new Set(['BARCODE_SUB_LIB_ID', 'barcode', 'barcodes', 'cell', 'cell_id', 'index', '_index', '', 'Unnamed: 0', '__index_level_0__', 'obs_names']);

/** Conditions and samples at most: more means that a column of names was taken for labels. */
const mostGroups = 500_000;

/** Null when the table is none of cells: it needs a drug, and an index unless the user has named columns. */
export function cellColumns(columns: readonly string[], named: NamedColumns): NamedColumns | null {
  const given = Object.values(named);
  if (given.some((name) => !columns.includes(name))) return null;
  if (given.length === 0 && !columns.some((name) => indexNames.has(name))) return null;
  const found: Partial<Record<CellRole, string>> = {};
  for (const role of cellRoles) {
    const name = named[role] ?? usual[role].find((one) => columns.includes(one));
    if (name !== undefined) found[role] = name;
  }
  return found.drug === undefined ? null : found;
}

export interface FoldedCells {
  readonly cells: number;
  readonly conditions: readonly ConditionRow[];
  /** Empty without a column of samples. */
  readonly samples: readonly SampleRow[];
  readonly labels: readonly LabelFinding[];
}

const means = ['genes', 'counts', 'reads', 'mito'] as const;
interface Sample { readonly row: SampleRow; readonly sums: number[]; cells: number }

/** `lineOf` turns the name of a line into its Cellosaurus id where the catalog knows it. @throws bad-table, cancelled */
export async function foldCells(table: TableFile, columns: NamedColumns, lineOf: (name: string) => string, signal?: AbortSignal): Promise<FoldedCells> {
  const conditions = new Map<string, ConditionRow & { cells: number }>();
  const samples = new Map<string, Sample>();
  const labels = new Map<string, LabelFinding>();
  const treatments = new Map<string, readonly Treatment[] | null>();
  const plateOf = basename(table.path).replace(/\.(parquet|csv|csv\.gz)$/i, '');
  let cells = 0;

  const take = (row: TableRow): void => {
    const at = ++cells;
    const bad = (reason: string): Error => failure('bad-table', { path: table.path, row: at, reason });
    const text = (role: CellRole): string | null => (columns[role] === undefined ? null : textOf(row, columns[role]));
    const label = text('drug');
    if (label === null || label.trim() === '') throw bad(`${columns.drug} is empty`);
    const written = text('treatment');
    if (written !== null && !treatments.has(written)) treatments.set(written, parseTreatment(written));
    const parsed = written === null ? null : treatments.get(written)!;
    const single = parsed?.length === 1 ? parsed[0]! : null;
    const plainDose = columns.dose === undefined ? null : numberOf(row, columns.dose);
    if (columns.dose !== undefined && text('dose') !== null && (plainDose === null || plainDose < 0)) throw bad(`${columns.dose} is no dose`);
    const dose = doseKey(single?.dose ?? plainDose ?? 0);
    const drug = labelKey(label);
    const plate = labelKey(text('plate') ?? plateOf);
    const line = lineOf(labelKey(text('line') ?? 'unknown'));
    const key = `${drug}\n${line}\n${plate}\n${dose}`;
    const known = conditions.get(key);
    if (known) known.cells += 1;
    else {
      conditions.set(key, { drug, line, plate, dose, cells: 1 });
      for (const role of ['drug', 'line', 'plate'] as const) {
        const finding = columns[role] === undefined ? null : labelFinding(row, columns[role]);
        if (finding) labels.set(finding.label, finding);
      }
      if (conditions.size > mostGroups) throw bad(`it has more than ${mostGroups} conditions: one of ${columns.drug}, ${columns.line ?? 'the line'}, ${columns.plate ?? 'the plate'} is different for nearly every cell`);
    }
    const name = text('sample');
    if (name === null) return;
    let sample = samples.get(name);
    if (!sample) {
      if (samples.size >= mostGroups) throw bad(`${columns.sample} is different for nearly every cell`);
      const flaw = written !== null && single === null ? `the treatment is no single drug: ${written}` : null;
      sample = {
        cells: 0, sums: means.map(() => 0),
        row: { sample: name, plate, drug, drugLabel: label, treatment: written, dose: single !== null || plainDose !== null ? dose : null, unit: single?.unit ?? null, meanGenes: null, meanCounts: null, meanReads: null, meanMito: null, flaw },
      };
      samples.set(name, sample);
    }
    sample.cells += 1;
    means.forEach((role, i) => (sample.sums[i]! += columns[role] === undefined ? 0 : (numberOf(row, columns[role]) ?? 0)));
  };

  for await (const portion of table.portions(Object.values(columns))) {
    if (signal?.aborted) throw failure('cancelled', { step: 'catalog import' });
    portion.forEach(take);
  }
  const mean = (role: (typeof means)[number], { sums, cells: count }: Sample): number | null => (columns[role] === undefined ? null : sums[means.indexOf(role)]! / count);
  return {
    cells, conditions: [...conditions.values()], labels: [...labels.values()],
    samples: [...samples.values()].map((one) => ({ ...one.row, meanGenes: mean('genes', one), meanCounts: mean('counts', one), meanReads: mean('reads', one), meanMito: mean('mito', one) })),
  };
}
