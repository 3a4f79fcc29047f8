"""Peer of `carry`: nearest centroids by scikit-learn's brute force, float32 in, as many threads as OMP_NUM_THREADS says."""
import argparse

import numpy as np
from sklearn.neighbors import NearestNeighbors

from common import Clock

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("centroids")
    parser.add_argument("cells")
    parser.add_argument("--dims", type=int, required=True)
    options = parser.parse_args()
    centroids, cells = (np.fromfile(path, np.float32).reshape(-1, options.dims) for path in (options.centroids, options.cells))
    clock = Clock()
    distances, ids = NearestNeighbors(n_neighbors=8, algorithm="brute").fit(centroids).kneighbors(cells)
    clock.answer(cells=len(cells), sum=float(distances.astype(np.float64).sum()))
