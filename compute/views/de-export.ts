/** Rows of a comparison as CSV: every statistic, of the conditions and the significance that were asked for. */
import type { DeRows } from '../../protocol/de.ts';
import { failure } from '../../protocol/errors.ts';
import { numberColumnNames, numberColumns } from '../differential/contract.ts';
import { csvNumber, csvText, openTextFile } from '../export/csv.ts';
import { targetAt, type DeTables } from './de-tables.ts';

const columns = [
  'target_mean', 'ref_mean', 'target_membership', 'ref_membership', 'log2_fold_change', 'percent_change', 'p_value', 'statistic', 'fdr', 'neg_log10_p',
  'pct_expressed_target', 'pct_expressed_ref',
] as const;

/** Returns the number of rows. Genes left out of the correction have no rate: they are not among rows of a limit. @throws not-found, cancelled, disk-full. */
export function writeDeCsv(path: string, tables: DeTables, { stratum: only, targets, fdr: limit, top }: DeRows, signal: AbortSignal): number {
  const strata = only === null ? tables.compared : [tables.stratum(only)];
  const file = openTextFile(path);
  let rows = 0;
  try {
    file.write(`${['stratum', 'target', 'feature', ...columns].join(',')}\r\n`);
    for (const stratum of strata) {
      const wanted = targets.length === 0 ? [...stratum.targets.keys()] : targets.filter((one) => only !== null || stratum.targets.some((t) => t.target === one)).map((one) => targetAt(stratum, one));
      for (const target of wanted) {
        if (signal.aborted) throw failure('cancelled', { step: 'export' });
        const numbers = tables.read(stratum, target, numberColumnNames);
        let genes = [...tables.genes.keys()];
        if (limit !== null) genes = genes.filter((gene) => numbers.fdr[gene]! < limit);
        if (top !== null) {
          const { neg_log10_p: strength, p_value: p } = numbers;
          genes = genes.sort((a, b) => strength[b]! - strength[a]! || p[a]! - p[b]! || a - b).slice(0, top);
        }
        const { target: label, cells, reference_cells: others = stratum.reference_cells } = stratum.targets[target]!;
        const head = `${csvText(stratum.name)},${csvText(label)}`;
        const fixed: Readonly<Record<string, string>> = { target_membership: String(cells), ref_membership: String(others) };
        for (const gene of genes) {
          let line = `${head},${csvText(tables.genes[gene]!)}`;
          for (const name of columns) line += `,${name === 'target_membership' || name === 'ref_membership' ? fixed[name]! : csvNumber(numbers[name][gene]!, numberColumns[name])}`;
          file.write(`${line}\r\n`);
        }
        rows += genes.length;
      }
    }
    file.close();
    return rows;
  } finally {
    file.abandon();
  }
}
