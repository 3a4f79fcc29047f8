"""Writes reference.json: a small embedding and what umap-learn, scikit-learn and leidenalg make of it.

Run with umap-learn 0.5.3, scikit-learn 1.2.1, leidenalg 0.9.1, igraph 0.10.2, numpy 1.24.2, scipy 1.10.1:
    python3 make.py
Arrays are base64 of their little-endian bytes.
"""
import base64
import json
from pathlib import Path

import igraph
import leidenalg
import numpy as np
import scipy.sparse
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances
from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

rng = np.random.default_rng(20)
ROWS, DIMS, NEIGHBORS = 260, 8, 12


def packed(array, dtype):
    return base64.b64encode(np.ascontiguousarray(array, dtype=dtype).tobytes()).decode()


def neighbors(points, metric):
    """All others in order of (distance, index), from float64 distances."""
    if metric == "cosine":
        distance = pairwise_distances(points.astype(np.float64), metric="cosine")
    else:
        wide = points.astype(np.float64)
        distance = np.sqrt(((wide[:, None, :] - wide[None, :, :]) ** 2).sum(2))
    np.fill_diagonal(distance, -1.0)
    order = np.argsort(distance, axis=1, kind="stable")[:, 1:NEIGHBORS]
    return order, np.take_along_axis(distance, order, 1)


def sparse(matrix):
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return {"indptr": packed(matrix.indptr, "<i4"), "indices": packed(matrix.indices, "<i4"), "values": packed(matrix.data, "<f4")}


# Six overlapping groups, three exact duplicates and a far outlier.
centres = rng.normal(size=(6, DIMS)) * 3
label = rng.integers(0, 6, ROWS)
points = (centres[label] + rng.normal(size=(ROWS, DIMS)) * rng.uniform(0.5, 1.5, 6)[label, None]).astype(np.float32)
points[10] = points[11] = points[12] = points[13]
points[100] = 40

order, distance = neighbors(points, "euclidean")
cosine_order, cosine_distance = neighbors(points, "cosine")
with_self = np.concatenate([np.arange(ROWS)[:, None], order], 1)
self_distance = np.concatenate([np.zeros((ROWS, 1)), distance], 1).astype(np.float32)
state = np.random.RandomState(0)
graph, _, _ = fuzzy_simplicial_set(points, NEIGHBORS, state, "euclidean", knn_indices=with_self, knn_dists=self_distance)
a, b = find_ab_params(1.0, 0.5)
layout, _ = simplicial_set_embedding(
    points, graph, 2, 1.0, a, b, 1.0, 5, None, "spectral", state, "euclidean", {}, False, {}, False, parallel=False
)

upper = scipy.sparse.triu(graph, 1).tocoo()
network = igraph.Graph(n=ROWS, edges=list(zip(upper.row.tolist(), upper.col.tolist())))
weights = upper.data.astype(float).tolist()
leiden = []
for resolution in (0.3, 1.0, 2.5):
    best = max(
        (
            leidenalg.find_partition(
                network, leidenalg.RBConfigurationVertexPartition, weights=weights,
                resolution_parameter=resolution, n_iterations=-1, seed=seed,
            )
            for seed in range(10)
        ),
        key=lambda partition: partition.quality(),
    )
    leiden.append({
        "resolution": resolution,
        "quality": best.quality() / (2 * sum(weights)),
        "membership": packed(best.membership, "<i4"),
    })

curves = [
    {"spread": spread, "minDist": min_dist, **dict(zip("ab", map(float, find_ab_params(spread, min_dist))))}
    for spread, min_dist in ((1.0, 0.5), (1.0, 0.1), (1.0, 0.0), (2.0, 0.3), (0.5, 0.25))
]
reference = {
    "rows": ROWS, "dims": DIMS, "k": NEIGHBORS - 1,
    "points": packed(points, "<f4"),
    "euclidean": {"indices": packed(order, "<i4"), "distances": packed(distance, "<f4")},
    "cosine": {"indices": packed(cosine_order, "<i4"), "distances": packed(cosine_distance, "<f4")},
    "connectivities": sparse(graph),
    "curves": curves,
    "layout": packed(layout, "<f4"),
    "trustworthiness": float(trustworthiness(points, layout, n_neighbors=10)),
    "leiden": leiden,
}
Path(__file__).with_name("reference.json").write_text(json.dumps(reference, indent=1) + "\n")
