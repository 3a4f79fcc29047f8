"""Peer of `umap`: umap-learn on given components. The first call compiles, the second is timed."""
import argparse

import numpy as np
import umap

from common import Clock, stored_array


def embed(points, threads, seed=0):
    # a fixed seed makes umap-learn use one thread, so it is only set when one thread is asked for
    fixed = {"random_state": seed} if threads == 1 else {"n_jobs": threads}
    return umap.UMAP(n_neighbors=15, min_dist=0.5, n_components=2, **fixed).fit_transform(points)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("points")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    points = np.asarray(stored_array(options.points), np.float32)
    embed(points, options.threads)
    clock = Clock()
    embedding = embed(points, options.threads)
    clock.answer(cells=len(points))
    np.save(options.out, embedding)
