/** The small Python program that goes with an order file: the same minibatches for PyTorch, through h5py or zarr, and scipy. */
export const pythonLoader = `"""Minibatches in the order that Truckee wrote: the same cells, in the same minibatches.

    from truckee_order import OrderedCells, to_sparse
    loader = torch.utils.data.DataLoader(OrderedCells("DIR", epoch=0), batch_size=None, num_workers=2)
    for parts, rows in loader:
        x = to_sparse(parts)            # torch sparse CSR, float32; rows: int64

Needs numpy, scipy and torch; h5py for h5ad and 10x files, zarr for Zarr stores. With workers PyTorch hands every worker a run of fetches; all minibatches come once.
"""
import json
import os
import warnings

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


def stamp_of(path):
    """Bytes, and the time of the last change in milliseconds; of a Zarr store those of all its files and folders together."""
    info = os.stat(path)
    size, latest = info.st_size, info.st_mtime_ns
    if os.path.isdir(path):
        size = 0
        for folder, folders, files in os.walk(path, followlinks=True):
            for name in folders + files:
                one = os.stat(os.path.join(folder, name))
                latest = max(latest, one.st_mtime_ns)
                size += one.st_size if name in files else 0
    return size, latest / 1e6


def check_unchanged(stamp, order):
    """An order holds numbers of rows: of another file they would be other cells."""
    path, way = stamp["path"], f"The order in {order} was written for the file as it was: put that one back, or write the order anew: truckee bench loader FILE... --order DIR"
    try:
        size, time = stamp_of(path)
    except OSError as error:
        raise RuntimeError(f"{path} cannot be looked at ({error.strerror}). {way}") from error
    if size != stamp["bytes"]:
        raise RuntimeError(f"{path} has changed: it had {stamp['bytes']} bytes, and has {size}. {way}")
    if abs(time - stamp["mtimeMs"]) > 0.5:
        raise RuntimeError(f"{path} has been written to, or replaced, since. {way}")


def to_sparse(parts):
    """Made here, by whoever consumes: sparse tensors cannot be handed over by PyTorch's workers."""
    indptr, indices, values, genes = parts
    return torch.sparse_csr_tensor(torch.as_tensor(indptr), torch.as_tensor(indices), torch.as_tensor(values), size=(len(indptr) - 1, genes))


class OrderedCells(torch.utils.data.IterableDataset):
    def __init__(self, folder, epoch=0):
        self.folder = folder
        with open(os.path.join(folder, "order.json")) as text:
            self.about = json.load(text)
        self.gene_names = self.about["gene_names"]  # of the columns; None where they are those of the files
        known = self.about["epochs"]
        if epoch not in range(known):
            raise ValueError(
                f"epoch {epoch} was not written: {folder} has {'epoch 0 only' if known == 1 else f'epochs 0 to {known - 1}'}. "
                f"Take epoch % {known}, or write more: truckee bench loader FILE... --order DIR --epochs N"
            )
        for file in self.about["files"]:
            check_unchanged(file["stamp"], folder)
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
        matrices = [open_matrix(file, self.folder) for file in self.about["files"]]
        for first, last in runs:
            start = self.ends[first - 1] if first else 0
            wanted = np.asarray(self.rows[start : self.ends[last - 1]])
            ids = np.unique(wanted)
            chunk = sp.vstack([self.read(matrices[n], ids[(ids >= a) & (ids < b)].astype(np.int64) - a) for n, (a, b) in enumerate(zip(self.offsets, self.offsets[1:]))]).tocsr()
            for number in range(first, last):
                begin = self.ends[number - 1] if number else 0
                rows = np.asarray(self.rows[begin : self.ends[number]])
                x = chunk[np.searchsorted(ids, rows)]
                x.sort_indices()
                parts = (x.indptr.astype(np.int64), x.indices.astype(np.int64), x.data.astype(np.float32), x.shape[1])
                yield parts, rows.astype(np.int64)

    def read(self, matrix, local):
        """Rows of one file, ascending, as the columns of the minibatches."""
        x = matrix.rows(local)
        if matrix.columns is None:
            return x
        row, column = np.repeat(np.arange(len(local)), np.diff(x.indptr)), matrix.columns[x.indices]
        kept = column >= 0
        return sp.csr_matrix((x.data[kept], (row[kept], column[kept])), shape=(len(local), self.about["genes"]))


def runs_of(local):
    """Neighbouring rows are read together."""
    return np.split(local, np.flatnonzero(np.diff(local) != 1) + 1) if len(local) else []


class Sparse:
    def __init__(self, data, indices, indptr, genes):
        self.data, self.indices, self.indptr, self.genes = data, indices, np.asarray(indptr[:]).astype(np.int64), genes

    def rows(self, local):
        parts, values, lengths = [], [], self.indptr[local + 1] - self.indptr[local]
        for run in runs_of(local):
            a, b = int(self.indptr[run[0]]), int(self.indptr[run[-1] + 1])
            parts.append(np.asarray(self.indices[a:b]).astype(np.int64))
            values.append(np.asarray(self.data[a:b]).astype(np.float32))
        empty = np.zeros(0, dtype=np.float32)
        entries = (np.concatenate(values or [empty]), np.concatenate(parts or [empty.astype(np.int64)]), np.concatenate([[0], np.cumsum(lengths)]))
        return sp.csr_matrix(entries, shape=(len(local), self.genes))


class Dense:
    def __init__(self, values, genes):
        self.values, self.genes = values, genes

    def rows(self, local):
        parts = [np.asarray(self.values[int(run[0]) : int(run[-1]) + 1]).astype(np.float32) for run in runs_of(local)]
        return sp.csr_matrix(np.concatenate(parts or [np.zeros((0, self.genes), dtype=np.float32)]))


def bare(path, kind):
    """An array of numbers in a file, with numpy's header or without."""
    with open(path, "rb") as file:
        saved = file.read(6) == b"\\x93NUMPY"
    return np.load(path, mmap_mode="r") if saved else np.memmap(path, dtype=kind, mode="r")


def open_matrix(file, folder):
    container, genes = file["container"], file["genes"]
    if container == "hdf5":
        import h5py

        get = h5py.File(file["path"], "r").__getitem__
    elif container == "zarr":
        import zarr

        get = zarr.open_group(file["path"], mode="r").__getitem__
    else:

        def get(name):
            return bare(os.path.join(file["path"], name), file["types"][name])

    matrix = Dense(get(file["dense"]), genes) if "dense" in file else Sparse(*[get(name) for name in file["csr"]], genes)
    matrix.columns = None if file["columns"] is None else np.load(os.path.join(folder, file["columns"]))
    return matrix
`;
