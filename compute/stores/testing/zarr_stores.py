"""One AnnData with columns and matrices of every kind, as h5ad and as Zarr stores whose arrays are kept in other ways. Args: OUT"""
import os
import sys

import anndata as ad
import numcodecs
import numpy as np
import pandas as pd
import scipy.sparse as sp
import zarr

out = sys.argv[1]
rng = np.random.default_rng(4)
n, m = 700, 90
counts = sp.random(n, m, 0.3, "csr", random_state=4, data_rvs=lambda k: rng.integers(1, 60, k)).astype(np.float32)
counts[5] = 0
counts[640:] = 0
counts.eliminate_zeros()
obs = pd.DataFrame(
    {
        "plate": pd.Categorical(["plate1"] * n),
        "drug": pd.Categorical.from_codes(rng.integers(-1, 4, n), ["DMSO_TF", "Ärznei", "b c", "x"]),
        "dose": pd.Categorical.from_codes(rng.integers(0, 3, n), [0.05, 0.5, 5.0], ordered=True),
        "note": [f"cell {i}" + " é" * (i % 3) for i in range(n)],
        "gene_count": np.diff(counts.indptr).astype(np.int64),
        "tscp_count": np.asarray(counts.sum(axis=1)).ravel(),
        "score": rng.normal(size=n),
        "small": rng.integers(-5, 5, n).astype(np.int8),
        "kept": rng.integers(0, 2, n).astype(bool),
        "maybe": pd.array([None if i % 7 == 0 else i % 2 == 0 for i in range(n)], dtype="boolean"),
        "number": pd.array([None if i % 5 == 0 else i for i in range(n)], dtype="Int32"),
    },
    index=[f"cell-{i:04d}" for i in range(n)],
)
var = pd.DataFrame({"gene_ids": [f"ENSG{i:011d}" for i in range(m)], "mt": np.arange(m) % 9 == 0}, index=[f"MT-{i}" if i % 9 == 0 else f"G{i}" for i in range(m)])
data = ad.AnnData(X=counts, obs=obs, var=var, dtype=np.float32)
data.layers["columns"] = counts.tocsc()
data.layers["dense"] = counts.toarray()
data.raw = data[:, ::-1].copy()
data.obsm["X_pca"] = rng.normal(size=(n, 5)).astype(np.float32)
data.write_h5ad(f"{out}/plate.h5ad")

blosc = lambda name, shuffle: numcodecs.Blosc(cname=name, clevel=3, shuffle=shuffle)
variants = {
    "default": {},
    "zlib": {"compressor": numcodecs.Zlib(1), "shuffle": True, "chunks": 1000},
    "plain": {"compressor": None, "chunks": 977},
    "slashes": {"compressor": numcodecs.Zstd(3), "chunks": 500, "dimension_separator": "/"},
    "bits": {"compressor": blosc("zstd", 2), "chunks": 4096},
    "big-endian": {"compressor": numcodecs.GZip(1), "chunks": 300, "order": ">"},
    "one": {"compressor": numcodecs.LZ4(), "chunks": 10**9},
}
for name, how in variants.items():
    path = f"{out}/{name}.zarr"
    data.write_zarr(path)
    if not how:
        continue
    group = zarr.open_group(path, mode="r+")
    arrays = []
    group.visititems(lambda key, node: arrays.append(key) if isinstance(node, zarr.Array) and node.ndim > 0 and node.dtype.kind in "iufb" else None)
    for key in arrays:
        values, attributes = group[key][...], group[key].attrs.asdict()
        dtype = values.dtype.newbyteorder(how.get("order", "<"))
        chunks = tuple(max(1, min(length, how["chunks"] if axis == 0 else 37)) for axis, length in enumerate(values.shape))
        filters = [numcodecs.Shuffle(dtype.itemsize)] if "shuffle" in how and dtype.itemsize > 1 else None
        del group[key]
        made = zarr.create(
            values.shape, chunks=chunks, dtype=dtype, compressor=how["compressor"], filters=filters, store=zarr.DirectoryStore(os.path.join(path, key), dimension_separator=how.get("dimension_separator", ".")),
            fill_value=0, dimension_separator=how.get("dimension_separator", "."), overwrite=True,
        )
        made[...] = values
        made.attrs.update(attributes)
print("{}")
