/** The small Python program that goes with an order file: the same minibatches for PyTorch, through h5py and scipy. */
export const pythonLoader = `"""Minibatches in the order that Truckee wrote: the same cells, in the same minibatches.

    from truckee_order import OrderedCells, to_sparse
    loader = torch.utils.data.DataLoader(OrderedCells("DIR", epoch=0), batch_size=None, num_workers=2)
    for parts, rows in loader:
        x = to_sparse(parts)            # torch sparse CSR, float32; rows: int64

Needs numpy, scipy, h5py and torch. With workers PyTorch hands every worker a run of fetches; all minibatches come once.
"""
import json
import os
import warnings

import h5py
import numpy as np
import scipy.sparse as sp
import torch


def check_shared_memory(least=1 << 30):
    """PyTorch's workers pass tensors through /dev/shm: says so when it is small, before anything ends in a bus error."""
    try:
        space = os.statvfs("/dev/shm")
    except OSError:
        return
    free = space.f_bavail * space.f_frsize
    if free < least:
        warnings.warn(
            f"/dev/shm has {free / 2**20:.0f} MiB free; workers may end with a bus error. "
            "Give the container more (--shm-size 4g), use num_workers=0, or a smaller fetch."
        )


def to_sparse(parts):
    """Made here, by whoever consumes: sparse tensors cannot be handed over by PyTorch's workers."""
    indptr, indices, values, genes = parts
    return torch.sparse_csr_tensor(torch.as_tensor(indptr), torch.as_tensor(indices), torch.as_tensor(values), size=(len(indptr) - 1, genes))


class OrderedCells(torch.utils.data.IterableDataset):
    def __init__(self, folder, epoch=0):
        with open(os.path.join(folder, "order.json")) as text:
            self.about = json.load(text)
        self.rows = np.load(os.path.join(folder, f"order-{epoch}.npy"), mmap_mode="r")
        self.ends = self.about["ends"][epoch]
        self.offsets = np.array([file["offset"] for file in self.about["files"]] + [self.about["cells"]])
        check_shared_memory()

    def fetches(self):
        """Runs of minibatches that are read together: (first, end) in the list of minibatches."""
        runs, first, start = [], 0, 0
        for number, end in enumerate(self.ends):
            if end - start >= self.about["fetch"] or number + 1 == len(self.ends):
                runs.append((first, number + 1))
                first, start = number + 1, end
        return runs

    def __iter__(self):
        runs = self.fetches()
        info = torch.utils.data.get_worker_info()
        if info is not None:
            share = np.array_split(np.arange(len(runs)), info.num_workers)[info.id]
            runs = [runs[i] for i in share]
        files = [h5py.File(file["path"], "r") for file in self.about["files"]]
        matrices = [(f["X/data"], f["X/indices"], f["X/indptr"][:], int(f["X"].attrs["shape"][1])) for f in files]
        for first, last in runs:
            start = self.ends[first - 1] if first else 0
            wanted = np.asarray(self.rows[start : self.ends[last - 1]])
            ids = np.unique(wanted)
            chunk = sp.vstack([self.read(matrices[n], ids[(ids >= a) & (ids < b)] - a) for n, (a, b) in enumerate(zip(self.offsets, self.offsets[1:]))]).tocsr()
            for number in range(first, last):
                begin = self.ends[number - 1] if number else 0
                rows = np.asarray(self.rows[begin : self.ends[number]])
                x = chunk[np.searchsorted(ids, rows)]
                x.sort_indices()
                parts = (x.indptr.astype(np.int64), x.indices.astype(np.int64), x.data.astype(np.float32), x.shape[1])
                yield parts, rows.astype(np.int64)

    @staticmethod
    def read(matrix, local):
        data, indices, indptr, genes = matrix
        parts, values, lengths = [], [], indptr[local + 1] - indptr[local]
        cuts = np.flatnonzero(np.diff(local) != 1) + 1
        for run in np.split(local, cuts) if len(local) else []:
            a, b = int(indptr[run[0]]), int(indptr[run[-1] + 1])
            parts.append(indices[a:b])
            values.append(data[a:b])
        pointers = np.concatenate([[0], np.cumsum(lengths)])
        empty = np.zeros(0, dtype=np.float32)
        return sp.csr_matrix((np.concatenate(values or [empty]), np.concatenate(parts or [empty.astype(np.int64)]), pointers), shape=(len(local), genes))
`;
