/**
 * The first pass over the data: checks every value, computes the quality metrics of every cell and gene and - when the
 * recipe allows it - decides at once which cells are kept and sums up what gene selection needs, all in one reading.
 */
import { failure } from '../../protocol/errors.ts';
import { readColumnFile, type ColumnRef, type ColumnValues } from '../columns/file.ts';
import { applyFilter, type FilterSpec } from '../columns/row-filter.ts';
import type { CsrBlock } from '../kernels/block.ts';
import type { KernelSet, RowStats } from '../kernels/kernels.ts';
import type { Plate } from '../matrix/plates.ts';
import { tileRows, type Tile } from '../matrix/tiles.ts';
import type { TileWorker } from './contract.ts';

export interface ScanSpec {
  /** Per plate, one flag per gene of the file: 1 for mitochondrial genes. */
  readonly geneFlags: readonly Uint8Array[];
  readonly tops: readonly number[];
  /** Set when moments of the kept cells are wanted from the same pass. */
  readonly fused: { readonly filter: FilterSpec; /** Per plate: stored obs columns the filter reads. */ readonly columns: readonly Readonly<Record<string, ColumnRef>>[] } | null;
  /** Where the counts of each plate lie, for messages about bad values. */
  readonly slots: readonly string[];
}

export interface ScanPartial {
  readonly rows: CellMetrics;
  /** Per gene of the file. */
  readonly geneCells: Float64Array;
  readonly geneSums: Float64Array;
  /** Kept cells and their sums of e = x / total and e * e per gene; null when not fused. */
  readonly moments: { readonly kept: number; readonly sum: Float64Array; readonly sumSq: Float64Array } | null;
}

/** One entry per row of the tile; percentages are float32, as they are stored. */
export interface CellMetrics {
  readonly total: Float64Array;
  readonly detected: Int32Array;
  readonly flagged: Float64Array;
  readonly pctFlagged: Float32Array;
  /** Row-major rows x tops. */
  readonly pctTop: Float32Array;
}

export function openScan(spec: ScanSpec, plates: readonly Plate[], kernels: KernelSet): TileWorker<ScanPartial> {
  const { arena } = kernels;
  const most = Math.max(1, ...plates.map((plate) => plate.nVars));
  const tops = Int32Array.from(spec.tops);
  const stats: RowStats = { total: arena.float64(tileRows), detected: arena.int32(tileRows), flagged: arena.float64(tileRows) };
  const topSums = arena.float64(Math.max(1, tileRows * tops.length));
  const cells = arena.float64(most);
  const sums = arena.float64(most);
  const sum = arena.float64(most);
  const sumSq = arena.float64(most);
  const factors = arena.float64(tileRows);
  const flagArrays = spec.geneFlags.map((flags) => {
    const array = arena.uint8(flags.length);
    array.set(flags);
    return array;
  });
  let tile: Tile;
  let plate: Plate;
  let metrics: CellMetrics;
  let kept = 0;
  let columns: Map<string, ColumnValues>;

  const filterRows = (at: number, rows: number): Uint8Array => {
    const { filter } = spec.fused!;
    const lookup = (name: string): ColumnValues => sliceValues(metricColumn(metrics, name, tops) ?? columns.get(name), at, rows, name);
    return applyFilter(filter, rows, lookup).keep;
  };

  return {
    begin(nextTile, nextPlate) {
      tile = nextTile;
      plate = nextPlate;
      kept = 0;
      metrics = emptyMetrics(tile.rows, tops.length);
      for (const array of [cells, sums, sum, sumSq]) array.fill(0);
      columns = new Map();
      for (const [name, ref] of Object.entries(spec.fused?.columns[tile.plate] ?? {})) {
        columns.set(name, readColumnFile(ref, tile.rowStart, tile.rowStart + tile.rows));
      }
    },
    block(block, at) {
      refuseBadValues(kernels, block, plate, spec.slots[tile.plate]!);
      kernels.rowStats(block, flagArrays[tile.plate]!, stats);
      if (tops.length > 0) kernels.topSums(block, tops, topSums);
      kernels.geneStats(block, null, cells, sums);
      for (let row = 0; row < block.rows; row++) {
        const total = stats.total[row]!;
        metrics.total[at + row] = total;
        metrics.detected[at + row] = stats.detected[row]!;
        metrics.flagged[at + row] = stats.flagged[row]!;
        metrics.pctFlagged[at + row] = (stats.flagged[row]! / total) * 100;
        for (let t = 0; t < tops.length; t++) {
          metrics.pctTop[(at + row) * tops.length + t] = (topSums[row * tops.length + t]! / total) * 100;
        }
      }
      if (!spec.fused) return;
      const keep = filterRows(at, block.rows);
      for (let row = 0; row < block.rows; row++) {
        const total = stats.total[row]!;
        factors[row] = keep[row] === 1 && total > 0 ? 1 / total : 0;
        kept += keep[row]!;
      }
      kernels.moments(block, factors, sum, sumSq);
    },
    end() {
      const genes = plate.nVars;
      return {
        rows: metrics,
        geneCells: cells.slice(0, genes),
        geneSums: sums.slice(0, genes),
        moments: spec.fused ? { kept, sum: sum.slice(0, genes), sumSq: sumSq.slice(0, genes) } : null,
      };
    },
  };
}

/** @throws bad-values or not-counts naming the cell; NaN and negative values would poison every later number. */
export function refuseBadValues(kernels: KernelSet, block: CsrBlock, plate: Plate, slot: string): void {
  const check = kernels.checkValues(block);
  const rowOf = (position: number): number => {
    let row = 0;
    while (block.indptr[row + 1]! <= position) row++;
    return block.rowStart + row;
  };
  for (const [position, problem] of [[check.notFinite, 'nan'], [check.negative, 'negative']] as const) {
    if (position < 0) continue;
    const value = block.values[position]!;
    const kind = problem === 'nan' && !Number.isNaN(value) ? 'infinite' : problem;
    throw failure('bad-values', { path: plate.path, slot, problem: kind, row: rowOf(position), gene: `number ${block.indices[position]!}` });
  }
  if (check.fractional >= 0) {
    throw failure('not-counts', { path: plate.path, slot, example: block.values[check.fractional]!, row: rowOf(check.fractional) });
  }
}

function emptyMetrics(rows: number, tops: number): CellMetrics {
  return {
    total: new Float64Array(rows), detected: new Int32Array(rows), flagged: new Float64Array(rows),
    pctFlagged: new Float32Array(rows), pctTop: new Float32Array(rows * tops),
  };
}

/** Metrics just computed, under the names they will have in obs. */
function metricColumn(metrics: CellMetrics, name: string, tops: Int32Array): ColumnValues | undefined {
  const direct = {
    total_counts: metrics.total, n_genes_by_counts: metrics.detected, total_counts_mt: metrics.flagged, pct_counts_mt: metrics.pctFlagged,
  }[name];
  if (direct) return { kind: 'number', values: direct };
  const log = { log1p_total_counts: metrics.total, log1p_n_genes_by_counts: metrics.detected, log1p_total_counts_mt: metrics.flagged }[name];
  if (log) return { kind: 'number', values: Float32Array.from(log, Math.log1p) };
  const top = [...tops].findIndex((n) => name === `pct_counts_in_top_${n}_genes`);
  if (top < 0) return undefined;
  return { kind: 'number', values: Float32Array.from({ length: metrics.total.length }, (_, row) => metrics.pctTop[row * tops.length + top]!) };
}

function sliceValues(values: ColumnValues | undefined, at: number, rows: number, name: string): ColumnValues {
  if (!values) throw failure('unknown-column', { column: name, near: [], where: 'filter' });
  if (values.kind === 'codes') return { ...values, codes: values.codes.subarray(at, at + rows) };
  return { kind: 'number', values: values.values.subarray(at, at + rows) };
}
