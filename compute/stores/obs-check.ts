/**
 * Whether obs tells of its own rows: counts, genes and the mitochondrial share of some cells are worked out again from the
 * matrix and compared with the columns that claim them. A table that was sorted apart from its matrix shows itself here.
 */
import { isTruckeeError } from '../../protocol/errors.ts';
import { formatCount } from '../../protocol/format.ts';
import type { InspectProblem } from '../../protocol/inspect.ts';
import { plainArena } from '../kernels/block.ts';
import { openMatrix } from './open-matrix.ts';
import { countedGenes, type PlateParts } from './parts.ts';
import { problem } from './problems.ts';
import { columnOf } from './tables/frame.ts';

/** Places spread over the rows, and rows looked at in each. */
const places = 8;
const placeRows = 32;
/** Shifts that are tried when obs and matrix do not agree. */
const mostShift = 16;
/** Shares are rounded when they are written, and may be in single precision. */
const shareTolerance = 1e-4;
/** One odd cell is no reason to doubt a table. */
const mostOdd = 0.02;

interface Sampled {
  readonly row: number;
  readonly counts: number;
  readonly genes: number;
  readonly mito: number;
}

const claims = [
  { names: ['tscp_count', 'total_counts', 'nCount_RNA'], of: (cell: Sampled) => cell.counts, tolerance: 0.5 },
  { names: ['gene_count', 'n_genes_by_counts', 'nFeature_RNA'], of: (cell: Sampled) => cell.genes, tolerance: 0.5 },
  { names: ['pcnt_mito'], of: (cell: Sampled) => cell.mito, tolerance: shareTolerance },
] as const;

/** Only for counts in row order; damage of the matrix is told where it is read. */
export async function obsProblems(parts: PlateParts): Promise<InspectProblem[]> {
  const wanted = claims.flatMap(({ names, ...claim }) => names.filter((name) => parts.obs.columns.includes(name)).slice(0, 1).map((name) => ({ name, ...claim })));
  if (parts.counts?.kind !== 'csr' || wanted.length === 0 || parts.obs.length === 0) return [];
  try {
    const cells = await sample(parts);
    return wanted.flatMap(({ name, of, tolerance }) => compare(parts, name, cells, of, tolerance));
  } catch (thrown) {
    if (isTruckeeError(thrown)) return [];
    throw thrown;
  }
}

async function sample(parts: PlateParts): Promise<Sampled[]> {
  const genes = countedGenes(parts);
  const mito = Uint8Array.from(genes.names(0, genes.length), (name) => Number(/^mt-/i.test(name)));
  const reader = openMatrix(parts.counts!, plainArena);
  const cells: Sampled[] = [];
  try {
    const starts = new Set(Array.from({ length: places }, (_, i) => Math.floor((i * Math.max(0, parts.obs.length - placeRows)) / (places - 1))));
    for (const rowStart of starts) {
      for await (const block of reader.blocks({ rowStart, rowEnd: Math.min(parts.obs.length, rowStart + placeRows), maxRows: placeRows, maxStored: 1 << 22 })) {
        for (let i = 0; i < block.rows; i++) cells.push(cellOf(block, i, mito));
      }
    }
  } finally {
    reader.close();
  }
  return cells;
}

function cellOf(block: { rowStart: number; indptr: Int32Array; indices: Int32Array; values: Float32Array }, i: number, mito: Uint8Array): Sampled {
  let [counts, genes, ofMito] = [0, 0, 0];
  for (let p = block.indptr[i]!; p < block.indptr[i + 1]!; p++) {
    const value = block.values[p]!;
    counts += value;
    if (value > 0) genes += 1;
    if (mito[block.indices[p]!] === 1) ofMito += value;
  }
  return { row: block.rowStart + i, counts, genes, mito: counts > 0 ? ofMito / counts : 0 };
}

function compare(parts: PlateParts, name: string, cells: readonly Sampled[], of: (cell: Sampled) => number, tolerance: number): InspectProblem[] {
  const read = new Map<number, number>();
  const claimed = (row: number): number => {
    if (!read.has(row)) {
      const [start, end] = [Math.max(0, row - mostShift), Math.min(parts.obs.length, row + mostShift + 1)];
      const column = columnOf(parts.obs, name, parts.path, start, end);
      for (let at = start; at < end; at++) read.set(at, column.kind === 'number' ? column.values[at - start]! : Number.NaN);
    }
    return read.get(row)!;
  };
  const differs = (cell: Sampled, shift: number): boolean => {
    const row = cell.row + shift;
    return row >= 0 && row < parts.obs.length && !(Math.abs(claimed(row) - of(cell)) <= tolerance);
  };
  const odd = cells.filter((cell) => differs(cell, 0));
  if (odd.length <= mostOdd * cells.length) return [];
  const shifts = Array.from({ length: 2 * mostShift + 1 }, (_, i) => i - mostShift).filter((shift) => shift !== 0);
  const found = shifts.find((shift) => cells.filter((cell) => differs(cell, shift)).length <= mostOdd * cells.length);
  if (found !== undefined) {
    return [problem('obs-misaligned', `obs/${name}`, `obs is shifted by ${Math.abs(found)} row${Math.abs(found) === 1 ? '' : 's'} against ${parts.counts!.facts.slot}: row ${found > 0 ? found : 0} of '${name}' tells of row ${found > 0 ? 0 : -found} of the matrix.`)];
  }
  const first = odd[0]!;
  return [problem('obs-disagrees', `obs/${name}`, `'${name}' is not what ${parts.counts!.facts.slot} holds for ${formatCount(odd.length)} of ${formatCount(cells.length)} cells looked at: row ${first.row} says ${shown(claimed(first.row))}, found ${shown(of(first))}.`)];
}

const shown = (value: number): string => String(Number(value.toPrecision(6)));
