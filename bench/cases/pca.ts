/**
 * PCA of 2,000 genes, 50 components: both sides start from known genes and cell totals, read the file twice (covariance,
 * then scores) and solve for the eigenvectors. The peer gets genes and totals from our side's earlier steps.
 */
import { join } from 'node:path';
import type { PairedCase } from '../harness/case.ts';
import { compareResults, peerProgram, recipeSide, resultOf } from '../harness/truckee.ts';

export const pca: PairedCase = {
  kind: 'paired',
  title: 'PCA of 200,000 cells, 50 components of 2,000 genes, with --memory 1GiB',
  reach: "at least 3x chunked scipy X'X in float64 + numpy eigh; eigenvalues equal to 1e-6",
  metric: 'seconds',
  leastRatio: 3,
  data: 'plate-200k',
  ours: recipeSide('pca', { after: 'scan', memory: '1GiB' }),
  peer: {
    command: ({ files, threads, scratch, ours }) =>
      peerProgram(
        'pca', ...files, '--threads', String(threads), '--out', join(scratch, 'pca.npz'),
        '--totals', join(resultOf(ours!.results, 'qc'), 'obs', 'total_counts'),
        '--genes', join(resultOf(ours!.results, 'hvg'), 'var', 'highly_variable'),
      ),
  },
  compare: (ours, _peer, scratch) => compareResults('pca', resultOf(ours.results, 'pca'), join(scratch.peer, 'pca.npz')),
};
