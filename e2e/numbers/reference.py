"""Independent numbers for one run on a real file: python3 reference.py FILE.h5ad RUN.json, prints JSON.

RUN.json names the result arrays of a Truckee run (Zarr v2 folders) and the obs columns to look at. Principal components
are computed from the file itself with numpy: totals, median (or the given target), log1p, the genes that the run chose,
dense covariance, eigh.
"""
import json
import sys
from pathlib import Path

import anndata
import numpy as np
import scipy.sparse as sp
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors


def read_array(folder):
    meta = json.loads((Path(folder) / ".zarray").read_text())
    rows, chunk = meta["shape"][0], meta["chunks"][0]
    suffix = ".0" if len(meta["shape"]) == 2 else ""
    parts = [np.fromfile(Path(folder) / f"{i}{suffix}", meta["dtype"]) for i in range(-(-rows // chunk))]
    return np.concatenate(parts).reshape([-1] + meta["shape"][1:])[:rows]


def reference_pca(counts, genes, target):
    total = counts.sum(axis=1)
    if target is None:
        target = np.median(total[total > 0])
    z = np.log1p(counts[:, genes] * (target / np.where(total == 0, 1, total))[:, None])
    centred = z - z.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(z))
    return values[::-1], centred @ vectors[:, ::-1]


def compare_pca(values, scores, ours_values, ours):
    k = len(ours_values)
    gaps = values[: k + 1] / np.append(values[1 : k + 1], values[k + 1]) - 1
    # a component stands alone when it is clearly apart from both neighbours
    alone = [c for c in range(k) if gaps[c] > 1e-3 and (c == 0 or gaps[c - 1] > 1e-3)]
    worst = max(min(np.abs(ours[:, c] - sign * scores[:, c]).max() for sign in (1, -1)) for c in alone)
    scale = np.maximum(values[:k], 1e-9)
    return {
        "eigenvalue_gap": float(np.max(np.abs(np.array(ours_values) - values[:k]) / scale)),
        "components_alone": len(alone), "score_gap": float(worst),
        "share": float(values[:k].sum() / values.sum()),
    }


def same_label_share(points, labels, count=30):
    nearest = NearestNeighbors(n_neighbors=count + 1).fit(points).kneighbors(points, return_distance=False)[:, 1:]
    return float(np.mean(labels[nearest] == labels[:, None]))


def main():
    path, run = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    data = anndata.read_h5ad(path)
    keep = read_array(run["keep"]).astype(bool) if run.get("keep") else np.ones(data.n_obs, bool)
    data = data[keep]
    counts = np.asarray(data.X.todense() if sp.issparse(data.X) else data.X, np.float64)
    scores = read_array(run["scores"]).astype(np.float64)
    values, expected = reference_pca(counts, read_array(run["genes"]).astype(bool), run.get("target"))
    clusters = read_array(run["clusters"]) if run.get("clusters") else None
    labels = {name: np.asarray(data.obs[name].astype(str)) for name in run["labels"]}
    print(json.dumps({
        **compare_pca(values, expected, run["variance"], scores),
        "cells": data.n_obs,
        "neighbors": {name: same_label_share(scores, column) for name, column in labels.items()},
        "ari": {name: adjusted_rand_score(column, clusters) for name, column in labels.items()} if clusters is not None else {},
        "labels": {name: column.tolist() for name, column in labels.items()},
    }))


main()
