"""Prints what h5py finds in a file: groups, attributes and datasets (values of small ones, a digest of large ones)."""
import hashlib
import json
import sys

import h5py
import numpy as np


def plain(value):
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return value.decode("utf8")
    return value.item() if isinstance(value, np.generic) else value


def dataset(d):
    values = d.asstr()[()] if h5py.check_string_dtype(d.dtype) else d[()]
    out = {
        "kind": "dataset",
        "dtype": "text" if h5py.check_string_dtype(d.dtype) else str(d.dtype),
        "shape": list(d.shape),
        "chunks": None if d.chunks is None else list(d.chunks),
        "gzip": d.compression_opts if d.compression == "gzip" else None,
        "shuffle": bool(d.shuffle),
    }
    if d.size <= 100:
        out["values"] = plain(np.asarray(values).ravel()) if d.shape != () else [plain(values)]
    elif out["dtype"] == "text":
        out["digest"] = hashlib.sha256("\n".join(values).encode("utf8")).hexdigest()
    else:
        out["digest"] = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
    return out


with h5py.File(sys.argv[1], "r") as f:
    found = {"": {"kind": "group", "attributes": {k: plain(v) for k, v in f.attrs.items()}}}

    def visit(name, item):
        entry = dataset(item) if isinstance(item, h5py.Dataset) else {"kind": "group"}
        entry["attributes"] = {k: plain(v) for k, v in item.attrs.items()}
        entry["attributeTypes"] = {k: str(item.attrs.get_id(k).dtype) for k in item.attrs}
        found[name] = entry

    f.visititems(visit)
print(json.dumps(found))
