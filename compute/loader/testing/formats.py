"""The plates of a test in other formats: Zarr v2 (anndata), Zarr v3 in shards, SCDL. Args: OUT FILE..."""
import gzip
import json
import os
import struct
import sys
import zlib

import anndata
import h5py
import numpy as np
import scipy.sparse as sp

out, files = sys.argv[1], sys.argv[2:]


def sharded(path, values, inner, per_shard):
    """A one-dimensional Zarr v3 array: gzip chunks of `inner` elements, `per_shard` of them in one file, index at its end."""
    os.makedirs(os.path.join(path, "c"))
    kinds = {"int64": "int64", "int32": "int32", "float32": "float32", "uint32": "uint32"}
    meta = {
        "zarr_format": 3, "node_type": "array", "shape": [len(values)], "data_type": kinds[str(values.dtype)], "fill_value": 0, "attributes": {},
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [inner * per_shard]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "codecs": [{"name": "sharding_indexed", "configuration": {
            "chunk_shape": [inner], "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "gzip", "configuration": {"level": 3}}],
            "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}], "index_location": "end",
        }}],
    }
    json.dump(meta, open(os.path.join(path, "zarr.json"), "w"))
    for shard in range(0, max(1, -(-len(values) // (inner * per_shard)))):
        body, index = b"", []
        for k in range(per_shard):
            start = (shard * per_shard + k) * inner
            part = values[start : start + inner]
            if len(part) == 0:
                index.append((2**64 - 1, 2**64 - 1))
                continue
            packed = gzip.compress(np.concatenate([part, np.zeros(inner - len(part), values.dtype)]).tobytes(), 3)
            index.append((len(body), len(packed)))
            body += packed
        with open(os.path.join(path, "c", str(shard)), "wb") as file:
            file.write(body + b"".join(struct.pack("<QQ", *entry) for entry in index))


def strings(path, words):
    os.makedirs(os.path.join(path, "c"))
    meta = {
        "zarr_format": 3, "node_type": "array", "shape": [len(words)], "data_type": "string", "fill_value": "", "attributes": {"encoding-type": "string-array", "encoding-version": "0.2.0"},
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [max(1, len(words))]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}}, "codecs": [{"name": "vlen-utf8"}],
    }
    json.dump(meta, open(os.path.join(path, "zarr.json"), "w"))
    coded = [word.encode() for word in words]
    with open(os.path.join(path, "c", "0"), "wb") as file:
        file.write(struct.pack("<I", len(coded)) + b"".join(struct.pack("<I", len(word)) + word for word in coded))


def group(path, attributes):
    os.makedirs(path, exist_ok=True)
    json.dump({"zarr_format": 3, "node_type": "group", "attributes": attributes}, open(os.path.join(path, "zarr.json"), "w"))


def zarr3(path, data, x):
    group(path, {"encoding-type": "anndata", "encoding-version": "0.1.0"})
    group(f"{path}/X", {"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": list(x.shape)})
    sharded(f"{path}/X/data", x.data.astype(np.float32), 4096, 4)
    sharded(f"{path}/X/indices", x.indices.astype(np.int64), 2048, 8)
    sharded(f"{path}/X/indptr", x.indptr.astype(np.int64), 128, 2)
    columns = ["plate", "cell_line", "tscp_count"]
    group(f"{path}/obs", {"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index", "column-order": columns})
    strings(f"{path}/obs/_index", list(data.obs_names))
    for name in ["plate", "cell_line"]:
        values = data.obs[name]
        group(f"{path}/obs/{name}", {"encoding-type": "categorical", "encoding-version": "0.2.0", "ordered": False})
        sharded(f"{path}/obs/{name}/codes", values.cat.codes.to_numpy().astype(np.int32), 64, 2)
        strings(f"{path}/obs/{name}/categories", list(values.cat.categories))
    sharded(f"{path}/obs/tscp_count", data.obs["tscp_count"].to_numpy().astype(np.float32), 100, 3)
    group(f"{path}/var", {"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "gene_name", "column-order": []})
    strings(f"{path}/var/gene_name", list(data.var_names))


def scdl(path, x, header):
    """As np.memmap leaves it: numbers only. The newer form has a header in network order and the narrowest types."""
    os.makedirs(path)
    if header:
        kinds = [("DATA", x.data.astype(np.uint16), 2), ("ROWPTR", x.indptr.astype(np.uint32), 3), ("COLPTR", x.indices.astype(np.uint16), 2)]
        body = b"SCDL" + bytes([0, 1, 0, 1]) + struct.pack(">II", 1, 3)
        for name, values, kind in kinds:
            body += struct.pack(">I", len(name)) + name.encode() + struct.pack(">QIB", len(values), kind, 0)
        open(f"{path}/header.sch", "wb").write(body + struct.pack(">I", 0))
        arrays = {name: values for name, values, _ in kinds}
    else:
        arrays = {"DATA": x.data.astype(np.float32), "ROWPTR": x.indptr.astype(np.uint64), "COLPTR": x.indices.astype(np.uint32)}
    for name, file in [("DATA", "data"), ("ROWPTR", "row_ptr"), ("COLPTR", "col_ptr")]:
        arrays[name].tofile(f"{path}/{file}.npy")
    json.dump({"num_rows": x.shape[0]}, open(f"{path}/metadata.json", "w"))


for path in files:
    name = os.path.basename(path).replace(".h5ad", "")
    data = anndata.read_h5ad(path)
    x = data.X.tocsr()
    data.write_zarr(f"{out}/{name}.zarr2")
    dense = data[:, :50].copy()
    dense.X = dense.X.toarray()
    dense.write_zarr(f"{out}/{name}.dense", chunks=(64, 20))
    zarr3(f"{out}/{name}.zarr3", data, x)
    scdl(f"{out}/{name}", x, header=False)
    scdl(f"{out}/new/{name}", x, header=True)
print("{}")
