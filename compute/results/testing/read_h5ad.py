"""Prints an h5ad file as anndata reads it: every slot with types, labels and values. For small files."""
import json
import sys

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp


def matrix(m):
    if sp.issparse(m):
        index_dtype = str(m.indices.dtype)
        # May widen the indices to the type of indptr.
        m.check_format()
        return {
            "format": m.format,
            "dtype": str(m.dtype),
            "indexDtype": index_dtype,
            "shape": list(m.shape),
            "data": m.data.tolist(),
            "indices": m.indices.tolist(),
            "indptr": m.indptr.tolist(),
        }
    return {"format": "dense", "dtype": str(m.dtype), "shape": list(m.shape), "values": np.asarray(m).ravel().tolist()}


def item(value):
    return value.item() if isinstance(value, np.generic) else value


def column(c, stored):
    missing = c.isna()
    values = [None if gone else item(v) for v, gone in zip(c.tolist(), missing)]
    if isinstance(c.dtype, pd.CategoricalDtype):
        return {
            "dtype": "category",
            "codes": str(stored["codes"].dtype),
            "ordered": bool(c.cat.ordered),
            "categories": c.cat.categories.tolist(),
            "values": values,
        }
    return {"dtype": str(c.dtype), "values": values}


def frame(df, stored):
    return {
        "indexName": df.index.name,
        "index": df.index.tolist(),
        "order": df.columns.tolist(),
        "columns": {name: column(df[name], stored[name]) for name in df},
    }


def uns(value):
    if isinstance(value, dict):
        return {k: uns(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return {"dtype": str(value.dtype), "shape": list(value.shape), "values": value.ravel().tolist()}
    return item(value)


stored = h5py.File(sys.argv[1], "r")
a = anndata.read_h5ad(sys.argv[1])
print(json.dumps({
    "shape": list(a.shape),
    "X": None if a.X is None else matrix(a.X),
    **{slot: {k: matrix(v) for k, v in getattr(a, slot).items()} for slot in ("layers", "obsm", "varm", "obsp", "varp")},
    "obs": frame(a.obs, stored["obs"]),
    "var": frame(a.var, stored["var"]),
    "uns": uns(dict(a.uns)),
}))
