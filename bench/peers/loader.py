"""Peer of the loader benches: block sampling as scDataset does it, on backed anndata with torch workers, 64 cells a minibatch.

Each fetch takes 64 * f cells in blocks of b, sorts them, reads them in one request per file, mixes them and cuts minibatches.
"""
import argparse
import json
import time
import warnings

import anndata
import numpy as np
import torch
from scipy import sparse

warnings.filterwarnings("ignore")
parser = argparse.ArgumentParser()
parser.add_argument("files", nargs="+")
parser.add_argument("--block", type=int, default=16)
parser.add_argument("--fetch", type=int, nargs="+", default=[64, 256])
parser.add_argument("--workers", type=int, default=1)
parser.add_argument("--warm", type=float, default=5)
parser.add_argument("--seconds", type=float, default=20)
options = parser.parse_args()
BATCH = 64


class Blocks(torch.utils.data.IterableDataset):
    def __init__(self, files, sizes, block, fetch):
        self.files, self.sizes, self.block, self.fetch = files, sizes, block, fetch
        self.offsets = np.concatenate([[0], np.cumsum(sizes)])

    def __iter__(self):
        rng = np.random.default_rng(1)
        rows = int(self.offsets[-1])
        blocks = rng.permutation(rows // self.block)
        order = (blocks[:, None] * self.block + np.arange(self.block)).ravel()
        fetches = np.array_split(order, range(BATCH * self.fetch, len(order), BATCH * self.fetch))
        info = torch.utils.data.get_worker_info()
        if info is not None:
            own = np.array_split(np.arange(len(fetches)), info.num_workers)[info.id]
            fetches = [fetches[i] for i in own]
        plates = [anndata.read_h5ad(path, backed="r") for path in self.files]
        for ids in fetches:
            ids = np.sort(ids)
            parts = []
            for number, plate in enumerate(plates):
                own = ids[(ids >= self.offsets[number]) & (ids < self.offsets[number + 1])] - self.offsets[number]
                if len(own):
                    parts.append(plate.X[own])
            x = sparse.vstack(parts).tocsr() if len(parts) > 1 else parts[0]
            mixed = rng.permutation(len(ids))
            for at in range(0, len(ids), BATCH):
                yield x[mixed[at : at + BATCH]], ids[mixed[at : at + BATCH]]


def entropies(labels, batches):
    values = []
    for ids in batches:
        share = np.bincount(labels[ids])
        share = share[share > 0] / len(ids)
        values.append(float(-(share * np.log2(share)).sum()))
    return float(np.mean(values))


backed = [anndata.read_h5ad(path, backed="r") for path in options.files]
sizes = [plate.n_obs for plate in backed]
plates = np.repeat(np.arange(len(sizes)), sizes)
samples = np.unique(np.concatenate([np.asarray(plate.obs["sample"]).astype(str) for plate in backed]), return_inverse=True)[1]
for plate in backed:
    plate.file.close()

best = None
for fetch in options.fetch:
    dataset = Blocks(options.files, sizes, options.block, fetch)
    loader = torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=options.workers, prefetch_factor=fetch + 1 if options.workers else 2, collate_fn=None)
    begun, start, cells, seen = time.perf_counter(), None, 0, []
    for x, ids in loader:
        now = time.perf_counter()
        if start is None:
            if now - begun >= options.warm:
                start = now
            continue
        cells += x.shape[0]
        seen.append(ids)
        if now - start >= options.seconds:
            break
    rate = cells / (now - start)
    result = {"fetch": fetch, "cells_per_second": rate, "plate_entropy": entropies(plates, seen), "sample_entropy": entropies(samples, seen)}
    if best is None or rate > best["cells_per_second"]:
        best = result
    del loader
print(json.dumps({"ok": True, "seconds": 1e6 / best["cells_per_second"], **best}), flush=True)
