"""Independent numbers for one run on a real file: python3 reference.py FILE.h5ad RUN.json, prints JSON.

RUN.json names the result arrays of a Truckee run (Zarr v2 folders) and the obs columns to look at. Principal components
are computed from the file itself with numpy: totals, median (or the given target), log1p, the genes that the run chose,
dense covariance, eigh. Clusters are judged by the modularity that leidenalg reaches on the very same graph.
"""
import json
import sys
from pathlib import Path

import anndata
import igraph
import leidenalg
import numpy as np
import scipy.linalg
import scipy.sparse as sp
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors


def read_array(folder):
    meta = json.loads((Path(folder) / ".zarray").read_text())
    rows, chunk = meta["shape"][0], meta["chunks"][0]
    suffix = ".0" if len(meta["shape"]) == 2 else ""
    parts = [np.fromfile(Path(folder) / f"{i}{suffix}", meta["dtype"]) for i in range(-(-rows // chunk))]
    return np.concatenate(parts).reshape([-1] + meta["shape"][1:])[:rows]


def reference_pca(counts, genes, target, k):
    """The k + 2 largest eigenvalues, all of their sum, and the scores."""
    total = counts.sum(axis=1)
    if target is None:
        target = np.median(total[total > 0])
    z = np.log1p(counts[:, genes] * (target / np.where(total == 0, 1, total))[:, None])
    centred = z - z.mean(axis=0)
    covariance = centred.T @ centred / len(z)
    last = len(covariance) - 1
    values, vectors = scipy.linalg.eigh(covariance, subset_by_index=[last - k - 1, last])
    return values[::-1], np.trace(covariance), centred @ vectors[:, ::-1]


def compare_pca(values, total, scores, ours_values, ours):
    k = len(ours_values)
    gaps = values[:-1] / values[1:] - 1
    # a component stands alone when it is clearly apart from both neighbours
    alone = [c for c in range(k) if gaps[c] > 1e-3 and (c == 0 or gaps[c - 1] > 1e-3)]
    worst = max(min(np.abs(ours[:, c] - sign * scores[:, c]).max() for sign in (1, -1)) for c in alone)
    scale = np.maximum(values[:k], 1e-9)
    return {
        "eigenvalue_gap": float(np.max(np.abs(np.array(ours_values) - values[:k]) / scale)),
        "components_alone": len(alone), "score_gap": float(worst),
        "share": float(values[:k].sum() / total),
    }


def same_label_share(points, labels, count=30):
    nearest = NearestNeighbors(n_neighbors=count + 1).fit(points).kneighbors(points, return_distance=False)[:, 1:]
    return float(np.mean(labels[nearest] == labels[:, None]))


def modularity(run, clusters):
    """(of the run's clusters, of leidenalg's) on the run's graph."""
    data, indices, indptr = (read_array(f"{run['graph']}.{part}") for part in ("data", "indices", "indptr"))
    upper = sp.triu(sp.csr_matrix((data, indices, indptr.astype(np.int64)), shape=(len(clusters), len(clusters)))).tocoo()
    graph = igraph.Graph(n=len(clusters), edges=list(zip(upper.row.tolist(), upper.col.tolist())))
    graph.es["weight"] = upper.data.tolist()
    found = leidenalg.find_partition(
        graph, leidenalg.RBConfigurationVertexPartition, weights="weight", n_iterations=-1, seed=0, resolution_parameter=1)
    return [graph.modularity(labels, weights="weight") for labels in (clusters.tolist(), found.membership)]


def main():
    path, run = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    data = anndata.read_h5ad(path)
    data = data[read_array(run["keep"]).astype(bool)]
    counts = np.asarray(data.X.todense() if sp.issparse(data.X) else data.X, np.float64)
    scores = read_array(run["scores"]).astype(np.float64)
    values, total, expected = reference_pca(counts, read_array(run["genes"]).astype(bool), run["target"], scores.shape[1])
    clusters = read_array(run["clusters"])
    labels = {name: np.asarray(data.obs[name].astype(str)) for name in run["labels"]}
    print(json.dumps({
        **compare_pca(values, total, expected, run["variance"], scores),
        "cells": data.n_obs,
        "neighbors": {name: same_label_share(scores, column) for name, column in labels.items()},
        "ari": {name: adjusted_rand_score(column, clusters) for name, column in labels.items()},
        "modularity": modularity(run, clusters),
        "labels": {name: column.tolist() for name, column in labels.items()},
    }))


main()
