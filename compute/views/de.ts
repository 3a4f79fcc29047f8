/** Answers about a finished comparison, read from its tables without touching X. */
import type { ColumnsFile } from '../../protocol/columns-file.ts';
import { deColumns, type DeAnswer, type DeAsk, type DeConcordance, type DeGene, type DeHeatmap, type DeOverview } from '../../protocol/de.ts';
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import { agreementOf } from '../statistics/index.ts';
import { targetAt, treatmentOf, type DeTables } from './de-tables.ts';

/** @throws not-found, corrupt-result, cancelled. */
export function answerDe(tables: DeTables, ask: DeAsk, signal: AbortSignal): DeAnswer {
  switch (ask.ask) {
    case 'overview':
      return overview(tables);
    case 'gene':
      return geneRows(tables, ask.gene, signal);
    case 'heatmap':
      return heatmap(tables, ask, signal);
    case 'concordance':
      return concordance(tables, ask, signal);
    default:
      return ask satisfies never;
  }
}

function overview({ facts }: DeTables): DeOverview {
  return {
    kind: 'overview', method: facts.method, reference: facts.reference, genes: facts.genes, notes: facts.notes,
    strata: facts.strata.map((one) => ({
      name: one.name, cells: one.cells, referenceCells: one.reference_cells, referenceDepth: one.reference_depth, targetSum: one.target_sum, skipped: one.skipped,
      conditions: one.targets.map(({ reference_cells, ...target }) => ({ ...target, referenceCells: reference_cells ?? one.reference_cells, ...treatmentOf(target.target) })),
    })),
  };
}

/** All genes of one condition, as a page draws them. */
export function conditionFile(tables: DeTables, name: string, target: string): ColumnsFile {
  const stratum = tables.stratum(name);
  const found = tables.read(stratum, targetAt(stratum, target), ['log2_fold_change', 'neg_log10_p', 'fdr', 'target_mean', 'ref_mean', 'statistic', 'pct_expressed_target', 'pct_expressed_ref']);
  const columns = { ...found, neg_log10_fdr: found.fdr.map((fdr) => (fdr === 1 ? 0 : -Math.log10(fdr))) };
  const { rows } = stratum.places!;
  return {
    header: { truckeeColumns: 1, rows, of: rows, names: [...tables.genes], columns: deColumns.map((column) => ({ name: column, categories: null })) },
    columns: deColumns.map((column) => Float32Array.from(columns[column])),
  };
}

/** More rows than this make no picture: a page says so. */
const mostGeneRows = 20_000;
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function geneRows(tables: DeTables, gene: string, signal: AbortSignal): DeGene {
  const at = tables.genes.indexOf(gene);
  if (at < 0) throw failure('not-found', { what: 'gene', name: gene, near: nearNames(gene, tables.genes) });
  const rows: DeGene['rows'][number][] = [];
  for (const stratum of tables.compared) {
    stopIf(signal);
    for (const [t, { target, cells }] of stratum.targets.entries()) {
      if (rows.length >= mostGeneRows) return { kind: 'gene', gene, rows };
      const one = tables.read(stratum, t, ['log2_fold_change', 'p_value', 'fdr', 'target_mean', 'ref_mean'], at);
      rows.push({
        stratum: stratum.name, target, ...treatmentOf(target), cells, log2FoldChange: finite(one.log2_fold_change[0]!), pValue: finite(one.p_value[0]!), fdr: finite(one.fdr[0]!),
        targetMean: one.target_mean[0]!, refMean: one.ref_mean[0]!,
      });
    }
  }
  return { kind: 'gene', gene, rows };
}

/** Genes that lead most conditions, over the conditions with most significant genes. */
function heatmap(tables: DeTables, ask: Extract<DeAsk, { ask: 'heatmap' }>, signal: AbortSignal): DeHeatmap {
  const stratum = tables.stratum(ask.stratum);
  const order = [...stratum.targets.keys()].sort((a, b) => stratum.targets[b]!.significant - stratum.targets[a]!.significant || a - b).slice(0, ask.targets);
  const folds: Float64Array[] = [];
  const score = new Float64Array(tables.genes.length);
  for (const target of order) {
    stopIf(signal);
    const { log2_fold_change, fdr, neg_log10_p } = tables.read(stratum, target, ['log2_fold_change', 'fdr', 'neg_log10_p']);
    folds.push(log2_fold_change);
    // One condition with a tiny p must not decide for all.
    for (let gene = 0; gene < score.length; gene++) if (fdr[gene]! < 0.05) score[gene]! += Math.min(20, neg_log10_p[gene]!);
  }
  const genes = [...score.keys()].filter((gene) => score[gene]! > 0).sort((a, b) => score[b]! - score[a]! || a - b).slice(0, ask.genes);
  return {
    kind: 'heatmap', genes: genes.map((gene) => tables.genes[gene]!), targets: order.map((target) => stratum.targets[target]!.target),
    values: genes.map((gene) => folds.map((column) => finite(column[gene]!))),
  };
}

function concordance(tables: DeTables, { a, b, k }: Extract<DeAsk, { ask: 'concordance' }>, signal: AbortSignal): DeConcordance {
  const [left, right] = [tables.stratum(a), tables.stratum(b)];
  const rows = left.targets.flatMap(({ target }, at) => {
    const other = right.targets.findIndex((one) => one.target === target);
    if (other < 0) return [];
    stopIf(signal);
    const effects = ([[left, at], [right, other]] as const).map(([stratum, t]) => {
      const { log2_fold_change, fdr } = tables.read(stratum, t, ['log2_fold_change', 'fdr']);
      return { log2FoldChange: log2_fold_change, fdr };
    });
    const found = agreementOf(effects[0]!, effects[1]!, k);
    return [{ target, significant: found.significant, both: found.both, spearman: finite(found.spearman), sameSign: finite(found.sameSign), overlap: finite(found.overlap) }];
  });
  return { kind: 'concordance', rows };
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw failure('cancelled', { step: 'figure' });
}
