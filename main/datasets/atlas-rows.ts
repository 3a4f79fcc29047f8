/** From rows of foreign tables to rows of the catalog: keys normalised, treatments read, driver rows gathered by line. */
import { failure } from '../../protocol/errors.ts';
import { doseKey, ensemblKey, labelKey, targetNames } from '../../protocol/labels.ts';
import { parseTreatment } from '../../protocol/treatment.ts';
import type { ConditionRow, DriverRow, DrugRow, GeneRow, LineRow, SampleRow } from '../catalog/write-atlas.ts';
import { numberOf, textOf, type TableRow } from './tables/contract.ts';
import { geneIdNames, symbolNames } from './tables/kinds.ts';

/** A label that is not its own key: told to the user, kept as it is. */
export interface LabelFinding {
  readonly label: string;
  readonly key: string;
}

export function drugRow(row: TableRow, path: string, at: number): DrugRow {
  const name = required(row, 'drug', path, at);
  const targets = textOf(row, 'targets');
  return {
    drug: labelKey(name), name, targets, moaBroad: textOf(row, 'moa-broad'), moaFine: textOf(row, 'moa-fine'), approved: textOf(row, 'human-approved'),
    trials: textOf(row, 'clinical-trials'), notes: textOf(row, 'gpt-notes-approval'), smiles: textOf(row, 'canonical_smiles'),
    pubchemCid: wholeText(row, 'pubchem_cid'), targetNames: targetNames(targets),
  };
}

/** Pandas writes ids of a column with gaps as floats: 387447.0 is 387447. */
function wholeText(row: TableRow, column: string): string | null {
  return textOf(row, column)?.replace(/\.0$/, '') ?? null;
}

/** The table has a row per driver mutation: lines are gathered by their Cellosaurus id. */
export function lineRows(rows: readonly TableRow[], path: string): LineRow[] {
  const lines = new Map<string, LineRow & { drivers: DriverRow[] }>();
  rows.forEach((row, i) => {
    const line = labelKey(required(row, 'Cell_ID_Cellosaur', path, i));
    const known = lines.get(line) ?? {
      line, name: labelKey(required(row, 'cell_name', path, i)), depmap: textOf(row, 'Cell_ID_DepMap'), organ: textOf(row, 'Organ'), drivers: [],
    };
    lines.set(line, known);
    if (textOf(row, 'Driver_Gene_Symbol') === null) return;
    known.drivers.push({
      gene: textOf(row, 'Driver_Gene_Symbol'), zygosity: textOf(row, 'Driver_VarZyg'), variant: textOf(row, 'Driver_VarType'),
      effect: textOf(row, 'Driver_ProtEffect_or_CdnaEffect'), mechanism: textOf(row, 'Driver_Mech_InferDM'), geneType: textOf(row, 'Driver_GeneType_DM'),
    });
  });
  return [...lines.values()];
}

export function geneRow(row: TableRow, path: string, at: number): GeneRow {
  const [symbol, id] = [symbolNames, geneIdNames].map((names) => names.find((name) => name in row)!) as [string, string];
  const ensembl = textOf(row, id);
  return { symbol: required(row, symbol, path, at), ensemblId: ensembl === null ? null : ensemblKey(ensembl), tokenId: numberOf(row, 'token_id') };
}

export function sampleRow(row: TableRow, path: string, at: number): SampleRow {
  const label = required(row, 'drug', path, at);
  const treatment = textOf(row, 'drugname_drugconc');
  const parsed = treatment === null ? null : parseTreatment(treatment);
  // One tuple is one drug at one dose; several make a combination, which no single dose describes.
  const single = parsed?.length === 1 ? parsed[0]! : null;
  return {
    sample: required(row, 'sample', path, at), plate: labelKey(required(row, 'plate', path, at)), drug: labelKey(label), drugLabel: label, treatment,
    dose: single === null ? null : doseKey(single.dose), unit: single?.unit ?? null, meanGenes: numberOf(row, 'mean_gene_count'),
    meanCounts: numberOf(row, 'mean_tscp_count'), meanReads: numberOf(row, 'mean_mread_count'), meanMito: numberOf(row, 'mean_pcnt_mito'),
    flaw: flawOf(treatment, parsed?.length ?? 0),
  };
}

function flawOf(treatment: string | null, treatments: number): string | null {
  if (treatment === null) return 'no treatment is given';
  if (treatments === 0) return `the treatment cannot be read: ${treatment}`;
  return treatments > 1 ? `${treatments} drugs at once: ${treatment}` : null;
}

/** `lineOf` turns the name of a line into its Cellosaurus id where the catalog knows it. */
export function conditionRow(row: TableRow, path: string, at: number, lineOf: (name: string) => string): ConditionRow {
  const dose = numberOf(row, 'conc');
  const cells = numberOf(row, 'n_cells');
  if (dose === null || dose < 0) throw failure('bad-table', { path, row: at + 1, reason: 'conc is no dose' });
  if (cells === null || !Number.isSafeInteger(cells) || cells < 0) throw failure('bad-table', { path, row: at + 1, reason: 'n_cells is no count' });
  return {
    drug: labelKey(required(row, 'drug', path, at)), line: lineOf(labelKey(required(row, 'cell_name', path, at))),
    plate: labelKey(required(row, 'plate', path, at)), dose: doseKey(dose), cells,
  };
}

export function labelFinding(row: TableRow, column: string): LabelFinding | null {
  const label = textOf(row, column);
  if (label === null) return null;
  const key = labelKey(label);
  return key === label ? null : { label, key };
}

function required(row: TableRow, column: string, path: string, at: number): string {
  const text = textOf(row, column);
  if (text === null || labelKey(text) === '') throw failure('bad-table', { path, row: at + 1, reason: `${column} is empty` });
  return text;
}
