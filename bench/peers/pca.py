"""Peer of `pca`: chunked sparse X'X in float64, numpy eigh, then the scores in a second pass over the file.

Genes and cell totals are given, as they are to our step. --threads splits rows over forked processes; the BLAS of eigh
takes the same number from its environment.
"""
import argparse

import numpy as np

from common import Clock, Plate, blocks_over, ranges, stored_array


def lognorm_block(path, start, end, genes, factor):
    """Rows start..end of the chosen genes, normalised and logged, float32."""
    x = Plate(path).block(start, end)[:, genes].astype(np.float64)
    x.data *= np.repeat(factor, np.diff(x.indptr))
    x = x.astype(np.float32)
    np.log1p(x.data, out=x.data)
    return x


def covariance_part(job):
    z = lognorm_block(*job).astype(np.float64)
    gram = z.T @ z
    return np.asarray(z.sum(axis=0)).ravel(), gram.toarray()


def score_part(job):
    *block, loadings, offset = job
    return (lognorm_block(*block) @ loadings - offset).astype(np.float32)


def plan(files, totals, genes, block_rows):
    """One job per block: factors are target / total with the target of each plate."""
    jobs, offset = [], 0
    for path in files:
        cells = Plate(path).cells
        total = np.asarray(totals[offset : offset + cells], np.float64)
        target = np.median(total[total > 0])
        factor = np.divide(target, total, out=np.zeros_like(total), where=total > 0)
        jobs += [(path, a, b, genes, factor[a:b]) for a, b in ranges(cells, block_rows)]
        offset += cells
    return jobs, offset


def pca(files, totals, genes, threads, block_rows, components):
    jobs, cells = plan(files, totals, genes, block_rows)
    with blocks_over(threads) as run:
        mean, gram = np.zeros(genes.size), np.zeros((genes.size, genes.size))
        for sums, part in run(covariance_part, jobs):
            mean += sums
            gram += part
        mean /= cells
        values, vectors = np.linalg.eigh(gram / cells - np.outer(mean, mean))
        values, loadings = values[::-1], vectors[:, ::-1][:, :components]
        offset = mean @ loadings
        scores = np.concatenate(list(run(score_part, [(*job, loadings.astype(np.float32), offset) for job in jobs])))
    return values, loadings, scores


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--totals", required=True)
    parser.add_argument("--genes", required=True, help="mask over all genes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--block-rows", type=int, default=16_384)
    parser.add_argument("--components", type=int, default=50)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    totals, genes = stored_array(options.totals), np.flatnonzero(stored_array(options.genes))
    clock = Clock()
    values, loadings, scores = pca(options.files, totals, genes, options.threads, options.block_rows, options.components)
    np.savez(options.out, eigenvalues=values, variance=values[: options.components], PCs=loadings, scores=scores)
    clock.answer(cells=len(scores), genes=int(genes.size))
