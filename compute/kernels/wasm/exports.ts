/** What the compiled module offers, as TypeScript sees it: addresses and sizes are numbers (see assembly/). */
import { failure } from '../../../protocol/errors.ts';

/** Functions over CSR blocks return -1 or the first row that is not sound. */
export interface KernelExports {
  firstUnsound(indptr: number, indices: number, rows: number, limit: number, genes: number): number;
  checkValues(values: number, start: number, end: number, found: number): void;
  rowStats(
    indptr: number, indices: number, values: number, rows: number, limit: number,
    flags: number, genes: number, total: number, detected: number, flagged: number,
  ): number;
  topScratchBytes(longest: number): number;
  topSums(
    indptr: number, values: number, rows: number, limit: number, tops: number, topCount: number, out: number, scratch: number,
  ): number;
  weave(first: number, second: number, genes: number, pairs: number): void;
  unweave(pairs: number, genes: number, first: number, second: number): void;
  geneStats(
    indptr: number, indices: number, values: number, rows: number, limit: number, keep: number, genes: number, pairs: number,
  ): number;
  moments(
    indptr: number, indices: number, values: number, rows: number, limit: number, factors: number, genes: number, pairs: number,
  ): number;
  clippedMoments(
    indptr: number, indices: number, values: number, rows: number, limit: number,
    keep: number, clip: number, genes: number, pairs: number,
  ): number;
  chosenSteps(geneMap: number, genes: number, steps: number): void;
  selectLognorm(
    indptr: number, indices: number, values: number, rows: number, limit: number,
    geneMap: number, genes: number, steps: number, factors: number, scale: number, table: number,
    outIndptr: number, outIndices: number, outValues: number, outRows: number,
  ): number;
  orderByGene(indptr: number, indices: number, rows: number, genes: number, starts: number, entries: number): void;
  sortRows(
    indptr: number, values: number, rows: number, genes: number, starts: number, entries: number, cursors: number, pairs: number,
  ): void;
  gramByGene(
    genes: number, starts: number, entries: number, ends: number, pairs: number, gram: number, sum: number,
  ): void;
  padLoadings(loadings: number, genes: number, k: number, vectors: number, padded: number): void;
  project(
    indptr: number, indices: number, values: number, rows: number, limit: number, genes: number,
    padded: number, vectors: number, offset: number, k: number, scores: number, out: number,
  ): number;
  packPanels(base: number, count: number, dims: number, slack: number, panels: number, norms: number): void;
  nearest(
    queries: number, queryCount: number, querySelf: number, base: number, baseCount: number, baseStart: number,
    dims: number, k: number, bestDistance: number, bestIndex: number, panels: number, norms: number, group: number, slack: number,
  ): void;
  symv(matrix: number, n: number, x: number, y: number): void;
}

const names: { readonly [K in keyof KernelExports]: true } = {
  firstUnsound: true, checkValues: true, rowStats: true, topScratchBytes: true, topSums: true, weave: true, unweave: true,
  geneStats: true, moments: true, clippedMoments: true, chosenSteps: true, selectLognorm: true,
  orderByGene: true, sortRows: true, gramByGene: true, padLoadings: true, project: true, packPanels: true, nearest: true,
  symv: true,
};

/** Throws when the module lacks a function (it was compiled from other sources). */
export function parseExports(exports: Record<string, unknown>): KernelExports {
  if (!hasKernels(exports)) {
    throw failure('internal', { detail: 'the compiled WASM kernels do not match the program; build again' });
  }
  return exports;
}

function hasKernels(exports: Record<string, unknown>): exports is Record<string, unknown> & KernelExports {
  return Object.keys(names).every((name) => typeof exports[name] === 'function');
}
