/** Small comparisons for tests: entries into pieces of gene order, cells in slots. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from '../results/testing/python.ts';
import type { PlateComparison } from './block.ts';
import { tabledCounts, type DeMethod, type Stratum } from './contract.ts';
import { openTileSpool, readPiece, segmentsOf, tileFile, type GenePiece } from './gene-order.ts';

export const folder = scratchFolder();

export interface Entry {
  readonly row: number;
  readonly gene: number;
  readonly count: number;
}

/** Pieces of all genes from tiles of the given rows. */
export function pieces(entries: readonly Entry[], genes: number, cells: number, tileRows: number): GenePiece[] {
  const spool = openTileSpool(genes);
  return Array.from({ length: Math.ceil(cells / tileRows) }, (_, tile) => {
    const path = tileFile(folder, tile);
    spool.begin(path);
    for (const { row, gene, count } of entries) if (Math.floor(row / tileRows) === tile) spool.add(row - tile * tileRows, gene, count);
    spool.end();
    return segmentsOf(path, tile * tileRows, genes, statSync(path).size).map((segment) => readPiece(segment, genes, 0, genes));
  }).flat();
}

const stratum = (targets: number): Stratum => ({ base: 0, targets, rest: false, onTarget: null, path: join(folder, 'none'), places: { rows: 0, blocks: 0, blocksPerGroup: 1, columns: {}, bytes: 0 } });

/** Cells in slots in turn: 0 is the reference. Factor 1 unless given. */
export function comparison(method: DeMethod, slot: Int32Array, slots: number, genes: number, factor = new Float64Array(slot.length).fill(1)): PlateComparison {
  const slotCells = new Float64Array(slots);
  for (const s of slot) if (s >= 0) slotCells[s]! += 1;
  const logs = new Float32Array(slot.length * tabledCounts).map((_, i) => Math.log1p(Math.fround(((i % tabledCounts) + 1) * factor[Math.floor(i / tabledCounts)]!)));
  return {
    cells: { slot, factor, logs: method === 'wilcoxon_counts' || method === 'pseudobulk' ? null : logs, sample: null }, slotCells, slotTotals: slotCells.map(() => 1), samples: null, strata: [stratum(slots - 1)],
    settings: { method, scanpy: false, tieCorrect: true, geometricMean: true, eps: 1e-9, cpmFilter: null }, genes,
  };
}
