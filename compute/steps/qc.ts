/** Runs `qc`: one pass over X for the metrics of all cells and genes, fused with what filter and hvg need when possible. */
import { join } from 'node:path';
import type { FilterParams } from '../../steps/filter.ts';
import { qcObsColumns } from '../../steps/qc.ts';
import type { ColumnRef } from '../columns/file.ts';
import type { CellMetrics, ScanSpec } from '../passes/scan.ts';
import { createArray, writeArray, type ArrayWriter } from '../results/array.ts';
import { filterSpecOf, storedColumnsOf } from './filter-spec.ts';
import type { PassState, RunInput, StepContext, UpcomingStep } from './contract.ts';
import { momentsStore, saveMoments } from './moments-store.ts';
import { addGenes, flagsPerPlate } from './sums.ts';

export async function runQc(context: StepContext<'qc'>): Promise<void> {
  const { input, params } = context;
  const tops = params.percent_top;
  const mito = Uint8Array.from(input.genes, (gene) => Number(gene.startsWith(params.mito_prefix)));
  const fusion = planFusion(context);
  if (fusion) await input.prepareColumns(fusion.columns);
  const genes = input.genes.length;
  const cells = new Float64Array(genes);
  const sums = new Float64Array(genes);
  const moments = momentsStore(fusion ? input.plates : []);
  let columns: MetricColumns | null = null;
  let rows = 0;

  const state: PassState = {
    arrays: { cells, sums, ...moments.arrays },
    meta: () => ({ rows }),
    restore: (meta) => void (rows = Number(meta['rows'])),
    flush: () => columns?.sync(),
  };
  const spec: ScanSpec = {
    geneFlags: mitoPerPlate(input, mito, params.mito_prefix),
    tops,
    fused: fusion ? { filter: fusion.filter, columns: filterColumns(context, fusion.columns) } : null,
    slots: input.plates.map((plate) => plate.spec.facts.slot),
  };
  await context.runPass('scan', {
    spec, state, part: fusion ? `scan+${fusion.hvg.fingerprint}` : 'scan',
    start() {
      columns = openMetricColumns(context.folder, input.nObs, tops, rows);
      return {
        add(partial, tile) {
          const plate = input.plates[tile.plate]!;
          columns!.append(partial.rows);
          rows += tile.rows;
          addGenes(cells, 0, partial.geneCells, plate);
          addGenes(sums, 0, partial.geneSums, plate);
          if (partial.moments) moments.add(tile.plate, partial.moments);
        },
      };
    },
  });
  columns!.close();
  writeGeneColumns(context.folder, mito, cells, sums, input.nObs);
  context.outcome({
    cells: input.nObs, genes, mitochondrial_genes: mito.reduce((n, flag) => n + flag, 0),
    total_counts: sums.reduce((a, b) => a + b, 0), percent_top: tops, fused_with: fusion ? ['filter', 'hvg'] : [],
  });
  if (mito.every((flag) => flag === 0)) context.note(`no gene name starts with '${params.mito_prefix}': the mitochondrial share is 0`);
  if (fusion) saveMoments(fusion.hvg, moments);
}

/** Genes of each file, those that not every plate has included: they count in the totals too. */
function mitoPerPlate(input: RunInput, mito: Uint8Array, prefix: string): Uint8Array[] {
  return flagsPerPlate(input.plates, mito, 0).map((flags, plate) => {
    for (const { gene, name } of input.unshared[plate]!) if (name.startsWith(prefix)) flags[gene] = 1;
    return flags;
  });
}

interface Fusion {
  readonly filter: ReturnType<typeof filterSpecOf>;
  readonly columns: readonly string[];
  readonly hvg: UpcomingStep;
}

/** One pass serves qc, filter and hvg when every decision about a cell needs that cell alone. */
function planFusion(context: StepContext<'qc'>): Fusion | null {
  const { upcoming } = context;
  // An earlier filter may have dropped genes, which changes the totals of cells.
  if (context.slot('rows/keep') !== undefined) return null;
  const hvg = upcoming.find((step) => step.id === 'hvg');
  const normalize = upcoming.find((step) => step.id === 'normalize');
  if (!hvg || !normalize || hvg.params['flavor'] !== 'seurat' || normalize.params['exclude_highly_expressed'] === true) return null;
  const before = upcoming.slice(0, upcoming.indexOf(hvg));
  if (before.some((step) => !['filter', 'normalize', 'log1p'].includes(step.id))) return null;
  const filters = before.filter((step) => step.id === 'filter');
  if (filters.length > 1) return null;
  const params = filters[0]?.params as FilterParams | undefined;
  if (params?.min_cells != null) return null;
  return { filter: filterSpecOf(params ?? null), columns: params ? storedColumnsOf(params, qcObsColumns(context.params.percent_top)) : [], hvg };
}

function filterColumns(context: StepContext<'qc'>, names: readonly string[]): Record<string, ColumnRef>[] {
  const out: Record<string, ColumnRef>[] = context.input.plates.map(() => ({}));
  for (const name of names) {
    context.input.columnFiles(name).forEach((ref, plate) => (out[plate]![name] = ref));
  }
  return out;
}

interface MetricColumns {
  append(rows: CellMetrics): void;
  sync(): void;
  close(): void;
}

function openMetricColumns(folder: string, nObs: number, tops: readonly number[], resumeAt: number): MetricColumns {
  const open = (name: string, dtype: 'float32' | 'float64' | 'int32'): ArrayWriter =>
    createArray(join(folder, 'obs', name), { dtype, shape: [nObs] }, resumeAt);
  const total = open('total_counts', 'float64');
  const logTotal = open('log1p_total_counts', 'float32');
  const detected = open('n_genes_by_counts', 'int32');
  const logDetected = open('log1p_n_genes_by_counts', 'float32');
  const flagged = open('total_counts_mt', 'float64');
  const logFlagged = open('log1p_total_counts_mt', 'float32');
  const pctFlagged = open('pct_counts_mt', 'float32');
  const pctTops = tops.map((n) => open(`pct_counts_in_top_${n}_genes`, 'float32'));
  const all = [total, logTotal, detected, logDetected, flagged, logFlagged, pctFlagged, ...pctTops];
  return {
    append(rows) {
      total.append(rows.total);
      logTotal.append(Float32Array.from(rows.total, Math.log1p));
      detected.append(rows.detected);
      logDetected.append(Float32Array.from(rows.detected, Math.log1p));
      flagged.append(rows.flagged);
      logFlagged.append(Float32Array.from(rows.flagged, Math.log1p));
      pctFlagged.append(rows.pctFlagged);
      pctTops.forEach((writer, t) => {
        writer.append(Float32Array.from({ length: rows.total.length }, (_, row) => rows.pctTop[row * tops.length + t]!));
      });
    },
    sync: () => all.forEach((writer) => writer.sync()),
    close: () => all.forEach((writer) => writer.close()),
  };
}

function writeGeneColumns(folder: string, mito: Uint8Array, cells: Float64Array, sums: Float64Array, nObs: number): void {
  const write = (name: string, values: Float64Array | Float32Array | Int32Array | Uint8Array): void => writeArray(join(folder, 'var', name), values);
  const means = sums.map((sum) => sum / nObs);
  write('mt', mito);
  write('n_cells_by_counts', Int32Array.from(cells));
  write('mean_counts', means);
  write('log1p_mean_counts', means.map(Math.log1p));
  write('pct_dropout_by_counts', cells.map((n) => (1 - n / nObs) * 100));
  write('total_counts', sums);
  write('log1p_total_counts', sums.map(Math.log1p));
}

