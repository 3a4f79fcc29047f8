"""Peer of `whole`: counts to clusters with blockwise scipy, umap-learn and leidenalg, on 20,000 drawn cells at the end."""
import argparse

import igraph
import leidenalg
import numpy as np
import umap

from common import Clock
from pca import pca
from scan import scan

parser = argparse.ArgumentParser()
parser.add_argument("files", nargs="+")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--block-rows", type=int, default=100_000)
parser.add_argument("--subset", type=int, default=20_000)
parser.add_argument("--out", required=True)
options = parser.parse_args()

clock = Clock()
obs, _, mask = scan(options.files, 2, options.threads, options.block_rows, 2000)
totals = np.concatenate([o["total_counts"] for o in obs])
values, loadings, scores = pca(options.files, totals, np.flatnonzero(mask), options.threads, options.block_rows, 50)
rows = np.sort(np.random.default_rng(0).choice(len(scores), min(options.subset, len(scores)), replace=False))
fitted = umap.UMAP(n_neighbors=15, min_dist=0.5, random_state=0).fit(scores[rows])
graph = fitted.graph_.tocoo()
upper = graph.row < graph.col
edges = igraph.Graph(n=rows.size, edges=np.column_stack([graph.row[upper], graph.col[upper]]))
parts = leidenalg.find_partition(edges, leidenalg.RBConfigurationVertexPartition, weights=graph.data[upper], n_iterations=2, seed=0)
np.savez(options.out, scores=scores, umap=fitted.embedding_, leiden=np.array(parts.membership))
clock.answer(cells=len(scores), clusters=len(parts))
