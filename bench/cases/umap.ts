/**
 * Neighbours and UMAP of 20,000 cells from the same 50 components. umap-learn runs twice in one process and only the
 * second call counts, so that compiling is not held against it; our clock covers all of our run.
 */
import { join } from 'node:path';
import type { PairedCase } from '../harness/case.ts';
import { compareResults, peerProgram, recipeSide, resultOf } from '../harness/truckee.ts';

export const umap: PairedCase = {
  kind: 'paired',
  title: 'neighbours and UMAP of 20,000 cells',
  reach: 'at least 1.1x umap-learn after a warm-up call, aim 2x; trustworthiness not lower by more than 0.01',
  metric: 'seconds',
  leastRatio: 1.1,
  data: 'plate-20k',
  ours: recipeSide('umap', { after: 'pca' }),
  peer: {
    command: ({ threads, scratch, ours }) =>
      peerProgram('umap20k', join(resultOf(ours!.results, 'pca'), 'obsm', 'X_pca'), '--threads', String(threads), '--out', join(scratch, 'umap.npy')),
  },
  compare: (ours, _peer, scratch) =>
    compareResults(
      'umap', join(resultOf(ours.results, 'pca'), 'obsm', 'X_pca'), join(resultOf(ours.results, 'umap'), 'obsm', 'X_umap'), join(scratch.peer, 'umap.npy'),
    ),
};
