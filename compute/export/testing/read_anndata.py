"""Prints an AnnData file (h5ad) or Zarr folder as JSON, as anndata itself reads it: python read_anndata.py path"""
import json
import os
import sys
from collections.abc import Mapping

import anndata as ad
import numpy as np
import pandas as pd
from scipy import sparse


def plain(value):
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return [plain(inner) for inner in value.tolist()]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return None if np.isnan(value) else value
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def matrix(value):
    if sparse.issparse(value):
        kind = value.format
        assert value.has_sorted_indices
        return {"kind": kind, "dtype": str(value.dtype), "values": plain(value.toarray()), "stored": int(value.nnz)}
    return {"kind": "dense", "dtype": str(value.dtype), "values": plain(np.asarray(value))}


def frame(table):
    columns = {}
    for name in table.columns:
        series = table[name]
        entry = {"dtype": str(series.dtype), "values": [None if pd.isna(v) else plain(v) for v in series.tolist()]}
        if isinstance(series.dtype, pd.CategoricalDtype):
            entry |= {"categories": list(series.cat.categories), "ordered": bool(series.cat.ordered)}
        columns[name] = entry
    return {"index": list(table.index), "columns": columns}


path = sys.argv[1]
data = ad.read_zarr(path) if os.path.isdir(path) else ad.read_h5ad(path)
if os.path.isdir(path):
    import zarr

    with_all = zarr.open_consolidated(path, mode="r")
    assert sorted(with_all.array_keys()) == sorted(zarr.open(path, mode="r").array_keys())
    assert with_all["obs"].attrs["column-order"] == list(data.obs.columns)
print(json.dumps({
    "shape": list(data.shape),
    "X": None if data.X is None else matrix(data.X),
    "obs": frame(data.obs), "var": frame(data.var),
    **{group: {name: matrix(value) for name, value in getattr(data, group).items()} for group in ["obsm", "varm", "obsp"]},
    "uns": plain(dict(data.uns)),
}))
