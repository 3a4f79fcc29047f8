"""Peer of `scan`: QC metrics, normalisation and HVG (seurat) by blockwise scipy with blocks of 100,000 rows.

--passes 2 reads the file twice, as the notebook does: totals and their median first, then log1p and its moments.
--passes 1 uses the algebra of our side (moments of x / total, scaled afterwards) and reads once.
--threads N splits the rows over N forked processes.
"""
import argparse

import numba
import numpy as np
import pandas as pd

from common import Clock, Plate, blocks_over, ranges

TOPS = np.array([50, 100, 200, 500])


@numba.njit(cache=False)
def top_sums(data, indptr, tops):
    """Sums of the largest values of each row, as scanpy's compiled helper does it."""
    out = np.zeros((indptr.size - 1, tops.size))
    for row in range(indptr.size - 1):
        values = data[indptr[row] : indptr[row + 1]]
        if values.size > tops[-1]:
            values = -np.partition(-values, tops[-1])[: tops[-1]]
        values = np.sort(values)[::-1]
        running, t = 0.0, 0
        for i in range(values.size):
            running += values[i]
            if t < tops.size and i + 1 == tops[t]:
                out[row, t] = running
                t += 1
        out[row, t:] = running
    return out


def qc_block(x, mito):
    """QC of one block: cell columns, and the gene sums to be added up."""
    x.eliminate_zeros()
    total = np.asarray(x.sum(axis=1, dtype=np.float64)).ravel()
    with np.errstate(invalid="ignore", divide="ignore"):
        tops = top_sums(x.data, x.indptr, TOPS) / total[:, None] * 100
        mito_total = x @ mito
        cells = {
            "total_counts": total, "n_genes_by_counts": np.diff(x.indptr), "log1p_total_counts": np.log1p(total),
            "log1p_n_genes_by_counts": np.log1p(np.diff(x.indptr)), "total_counts_mt": mito_total,
            "log1p_total_counts_mt": np.log1p(mito_total), "pct_counts_mt": mito_total / total * 100,
            **{f"pct_counts_in_top_{n}_genes": tops[:, i] for i, n in enumerate(TOPS)},
        }
    genes = {
        "n_cells_by_counts": np.bincount(x.indices, minlength=x.shape[1]),
        "total_counts": np.bincount(x.indices, weights=x.data, minlength=x.shape[1]),
    }
    return cells, genes


def moments(x, values):
    sums = np.bincount(x.indices, weights=values, minlength=x.shape[1])
    return sums, np.bincount(x.indices, weights=values * values, minlength=x.shape[1])


def first_pass(job):
    path, start, end, fused = job
    plate = Plate(path)
    mito = np.array([n.startswith("MT-") for n in plate.gene_names()], np.float64)
    x = plate.block(start, end)
    cells, genes = qc_block(x, mito)
    if fused:
        total = cells["total_counts"]
        factor = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
        genes["sum"], genes["sum_sq"] = moments(x, x.data * np.repeat(factor, np.diff(x.indptr)))
    return cells, genes


def second_pass(job):
    path, start, end, total, target = job
    x = Plate(path).block(start, end)
    factor = np.divide(target, total, out=np.zeros_like(total), where=total > 0)
    # normalize_total and log1p give float32, highly_variable_genes undoes the logarithm
    logged = np.log1p((x.data * np.repeat(factor, np.diff(x.indptr))).astype(np.float32))
    return moments(x, np.expm1(logged).astype(np.float64))


def hvg_seurat(n, sums, squares, n_top, bins=20):
    """Selected genes and their columns, as scanpy's flavour seurat does it."""
    mean = sums / n
    variance = (squares / n - mean**2) * n / (n - 1)
    mean[mean == 0] = 1e-12
    dispersion = variance / mean
    with np.errstate(invalid="ignore", divide="ignore"):
        dispersion[dispersion == 0] = np.nan
        frame = pd.DataFrame({"means": np.log1p(mean), "dispersions": np.log(dispersion)})
    cut = pd.cut(frame["means"], bins=bins)
    groups = frame.groupby(cut, observed=False)["dispersions"]
    average, deviation = groups.mean().to_numpy(), groups.std(ddof=1).to_numpy()
    alone = np.isnan(deviation)
    deviation = np.where(alone, average, deviation)
    average = np.where(alone, 0, average)
    code = cut.cat.codes.to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        norm = (frame["dispersions"].to_numpy() - average[code]) / deviation[code]
    valid = np.sort(norm[~np.isnan(norm)])[::-1]
    return np.nan_to_num(norm, nan=-np.inf) >= valid[min(n_top, valid.size) - 1], norm


def scan(files, passes, threads, block_rows, n_top):
    """Cell columns, gene columns and the mask of genes chosen in more than min(2, plates - 1) plates."""
    with blocks_over(threads) as run:
        obs, votes, gene_columns = [], 0, []
        for path in files:
            cells = Plate(path).cells
            cuts = ranges(cells, min(block_rows, -(-cells // threads)))
            parts, genes = [], None
            for part, add in run(first_pass, [(path, a, b, passes == 1) for a, b in cuts]):
                parts.append(part)
                genes = add if genes is None else {k: genes[k] + add[k] for k in genes}
            columns = {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}
            total = columns["total_counts"]
            target = np.median(total[total > 0])
            if passes == 2:
                sums = [m for m in run(second_pass, [(path, a, b, total[a:b], target) for a, b in cuts])]
                genes["sum"], genes["sum_sq"] = sum(m[0] for m in sums), sum(m[1] for m in sums)
            else:
                genes["sum"], genes["sum_sq"] = genes["sum"] * target, genes["sum_sq"] * target**2
            mask, norm = hvg_seurat(cells, genes.pop("sum"), genes.pop("sum_sq"), n_top)
            votes = votes + mask.astype(int)
            genes |= {"mean_counts": genes["total_counts"] / cells, "pct_dropout_by_counts": (1 - genes["n_cells_by_counts"] / cells) * 100}
            obs.append(columns)
            gene_columns.append({**genes, "dispersions_norm": norm})
    return obs, gene_columns, votes > min(2, len(files) - 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--passes", type=int, choices=(1, 2), default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--block-rows", type=int, default=100_000)
    parser.add_argument("--n-top", type=int, default=2000)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    # compiling is not held against the peer
    top_sums(np.ones(3, np.float32), np.array([0, 3], np.int64), TOPS)
    top_sums(np.ones(3, np.float32), np.array([0, 3], np.int32), TOPS)
    clock = Clock()
    obs, genes, mask = scan(options.files, options.passes, options.threads, options.block_rows, options.n_top)
    columns = {f"obs/{k}": np.concatenate([o[k] for o in obs]) for k in obs[0]}
    np.savez(options.out, highly_variable=mask, dispersions_norm=np.mean([g["dispersions_norm"] for g in genes], axis=0), **columns)
    clock.answer(cells=int(columns["obs/total_counts"].size), selected=int(mask.sum()))
