"""A stand-in for scanpy where only Debian's packages are: the calls an exported notebook makes, done by scipy, scikit-learn, umap-learn and
leidenalg, so that its code can run as it stands. Plots are drawn by nobody."""
import types

import numpy as np
import pandas as pd
import reference_hvg
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

settings = types.SimpleNamespace(set_figure_params=lambda **_: None)


def calculate_qc_metrics(adata, qc_vars, percent_top, inplace):
    x = sparse.csr_matrix(adata.X)
    adata.obs["n_genes_by_counts"] = np.diff(x.indptr)
    adata.obs["total_counts"] = np.asarray(x.sum(axis=1)).ravel()
    for name in qc_vars:
        part = np.asarray(x[:, adata.var[name].to_numpy()].sum(axis=1)).ravel()
        adata.obs[f"pct_counts_{name}"] = 100 * part / adata.obs["total_counts"]


def normalize_total(adata, target_sum=None):
    x = sparse.csr_matrix(adata.X, dtype=np.float64)
    totals = np.asarray(x.sum(axis=1)).ravel()
    target = np.median(totals[totals > 0]) if target_sum is None else target_sum
    adata.X = (sparse.diags(target / np.where(totals > 0, totals, 1)) @ x).tocsr()


def log1p(adata):
    adata.X = adata.X.log1p()


def highly_variable_genes(adata, flavor, n_top_genes, n_bins, inplace=True):
    assert flavor == "seurat"
    table = reference_hvg.seurat(np.expm1(adata.X.toarray()), n_bins)
    norm = table["dispersions_norm"].to_numpy()
    table["highly_variable"] = reference_hvg.top(norm, n_top_genes)
    if inplace:
        adata.var["highly_variable"] = table["highly_variable"].to_numpy()
    return table


def pca(adata, n_comps, svd_solver):
    x = adata.X[:, adata.var["highly_variable"].to_numpy()].toarray()
    x -= x.mean(axis=0)
    values, vectors = np.linalg.eigh(x.T @ x / (len(x) - 1))
    adata.obsm["X_pca"] = x @ vectors[:, ::-1][:, :n_comps]
    adata.uns["pca"] = {"variance": values[::-1][:n_comps]}


def neighbors(adata, n_neighbors, n_pcs, use_rep, metric, random_state):
    from umap.umap_ import fuzzy_simplicial_set

    points = adata.obsm[use_rep].astype(np.float32)
    distances, indices = NearestNeighbors(n_neighbors=n_neighbors, metric=metric).fit(points).kneighbors(points)
    graph = fuzzy_simplicial_set(points, n_neighbors, np.random.RandomState(random_state), metric, knn_indices=indices, knn_dists=distances)[0]
    adata.obsp["connectivities"] = sparse.csr_matrix(graph)


def umap(adata, **_):
    adata.obsm["X_umap"] = adata.obsm["X_pca"][:, :2]


def leiden(adata, resolution, n_iterations, key_added, flavor, directed, random_state):
    import igraph
    import leidenalg

    upper = sparse.triu(adata.obsp["connectivities"]).tocoo()
    graph = igraph.Graph(n=adata.n_obs, edges=list(zip(upper.row.tolist(), upper.col.tolist())))
    found = leidenalg.find_partition(
        graph, leidenalg.RBConfigurationVertexPartition, weights=upper.data.tolist(), resolution_parameter=resolution, n_iterations=n_iterations, seed=random_state
    )
    adata.obs[key_added] = pd.Categorical([str(label) for label in found.membership])


pp = types.SimpleNamespace(
    calculate_qc_metrics=calculate_qc_metrics, normalize_total=normalize_total, log1p=log1p, highly_variable_genes=highly_variable_genes, neighbors=neighbors
)
tl = types.SimpleNamespace(pca=pca, umap=umap, leiden=leiden)
pl = types.SimpleNamespace(pca=lambda *_, **__: None, pca_variance_ratio=lambda *_, **__: None, umap=lambda *_, **__: None)
