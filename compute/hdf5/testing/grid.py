"""Writes datasets over dtype x layout x filters x byte order x file version, and their values as plain little-endian bytes.

usage: grid.py FOLDER   makes earliest.h5, latest.h5, values.bin; prints a JSON list of what is where. (h5py 3.7, numpy 1.24)
"""
import json
import sys
from itertools import product

import h5py
import numpy as np

folder = sys.argv[1]
rng = np.random.default_rng(7)
dtypes = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]
filters = {
    "plain": {},
    "gzip": dict(compression="gzip"),
    "lzf": dict(compression="lzf"),
    "shuffle-gzip": dict(compression="gzip", compression_opts=1, shuffle=True),
    "shuffle-lzf": dict(compression="lzf", shuffle=True),
    "sum": dict(fletcher32=True),
    "all": dict(compression="gzip", shuffle=True, fletcher32=True),
}
layouts = {
    # shape, chunks, maxshape
    "one": ((700,), (64,), None),
    "grown": ((700,), (64,), (None,)),
    "whole": ((100,), (100,), None),
    "wide": ((37, 11), (5, 11), None),
    "tiles": ((37, 23), (8, 7), None),
    "grown-rows": ((37, 23), (8, 7), (None, 23)),
}
listing = []
values = open(f"{folder}/values.bin", "wb")


def numbers(dtype, shape):
    if dtype == "bool":
        return rng.random(shape) < 0.4
    if dtype.startswith("float"):
        return rng.normal(0, 1000, shape).astype(dtype)
    info = np.iinfo(dtype)
    low, high = max(info.min, -(2**45)), min(info.max, 2**45)
    out = rng.integers(low, high, shape, endpoint=True)
    return np.where(rng.random(shape) < 0.7, rng.integers(0, 5, shape), out).astype(dtype)


def record(file, name, dtype, a, **more):
    listing.append(dict(file=file, name=name, dtype=dtype, shape=list(a.shape), at=values.tell(), **more))
    values.write(np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<")).tobytes())


for version in ["earliest", "latest"]:
    path = f"{folder}/{version}.h5"
    with h5py.File(path, "w", libver=version) as f:
        for dtype, order in product(dtypes, "<>"):
            if order == ">" and dtype in ("bool", "int8", "uint8"):
                continue
            stored = np.dtype(dtype).newbyteorder(order)
            tag = f"{dtype}{'-big' if order == '>' else ''}"
            a = numbers(dtype, (321,))
            f.create_dataset(f"{tag}/contiguous", data=a.astype(stored))
            record(path, f"/{tag}/contiguous", dtype, a, kind="contiguous")
            a = numbers(dtype, (19, 6))
            f.create_dataset(f"{tag}/contiguous2", data=a.astype(stored))
            record(path, f"/{tag}/contiguous2", dtype, a, kind="contiguous")
            a = numbers(dtype, (50,))
            plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_layout(h5py.h5d.COMPACT)
            d = h5py.h5d.create(f[tag].id, b"compact", h5py.h5t.py_create(stored, logical=True), h5py.h5s.create_simple((50,)), plist)
            h5py.Dataset(d)[...] = a
            record(path, f"/{tag}/compact", dtype, a, kind="compact")
            for (lname, (shape, chunks, maxshape)), (fname, options) in product(layouts.items(), filters.items()):
                a = numbers(dtype, shape)
                name = f"{tag}/{lname}/{fname}"
                f.create_dataset(name, data=a.astype(stored), chunks=chunks, maxshape=maxshape, **options)
                record(path, "/" + name, dtype, a, kind="chunked")
            # Chunks never written read as the fill value, here one that is not 0.
            for lname in ["one", "tiles"]:
                shape, chunks, _ = layouts[lname]
                fill = True if dtype == "bool" else 7
                name = f"{tag}/sparse-{lname}"
                d = f.create_dataset(name, shape, stored, chunks=chunks, fillvalue=fill, compression="gzip")
                a = np.full(shape, fill, dtype)
                part = tuple(slice(n // 2, n // 2 + 3) for n in shape)
                a[part] = numbers(dtype, a[part].shape)
                d[part] = a[part].astype(stored)
                record(path, "/" + name, dtype, a, kind="chunked")
            f.create_dataset(f"{tag}/unwritten", (40,), stored, fillvalue=True if dtype == "bool" else 3)
            record(path, f"/{tag}/unwritten", dtype, np.full(40, 1 if dtype == "bool" else 3, dtype), kind="contiguous")
            f.create_dataset(f"{tag}/empty", (0,), stored, chunks=(8,), maxshape=(None,))
            record(path, f"/{tag}/empty", dtype, np.zeros(0, dtype), kind="chunked")
        # Indices with many chunks: several tree levels, pages of a fixed array, super blocks of an extensible one.
        for name, maxshape, options in [("many", None, {}), ("many-gzip", None, filters["gzip"]), ("many-grown", (None,), {}), ("many-grown-gzip", (None,), filters["gzip"])]:
            a = numbers("int32", (60_000,))
            f.create_dataset(name, data=a, chunks=(3,), maxshape=maxshape, **options)
            record(path, "/" + name, "int32", a, kind="chunked")
        # Holes in such an index.
        for name, maxshape in [("holes", None), ("holes-grown", (None,))]:
            d = f.create_dataset(name, (90_000,), "int32", chunks=(3,), maxshape=maxshape, compression="gzip")
            a = np.zeros(90_000, "int32")
            for start in [0, 5_000, 40_000, 89_000]:
                a[start : start + 700] = numbers("int32", 700)
                d[start : start + 700] = a[start : start + 700]
            record(path, "/" + name, "int32", a, kind="chunked")
        # Space given out at creation, no filter: the implicit index of newer files.
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((16,))
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        d = h5py.h5d.create(f.id, b"early", h5py.h5t.py_create(np.dtype("<f4")), h5py.h5s.create_simple((100,)), plist)
        a = numbers("float32", (100,))
        h5py.Dataset(d)[...] = a
        record(path, "/early", "float32", a, kind="chunked")
        # What only the library reads: a filter of its own, and (in newer files) growth along both axes.
        a = rng.integers(0, 1000, (300, 7)).astype("int32")
        f.create_dataset("scaled", data=a, chunks=(50, 7), scaleoffset=0)
        record(path, "/scaled", "int32", a, kind="foreign")
        a = numbers("float64", (40, 9))
        f.create_dataset("both-grow", data=a, chunks=(8, 4), maxshape=(None, None))
        record(path, "/both-grow", "float64", a, kind="chunked" if version == "earliest" else "foreign")
        # A chunk that was stored without its compression, and a named type.
        a = np.frombuffer(rng.bytes(4 * 256), "uint32").copy()
        f.create_dataset("incompressible", data=a, chunks=(64,), compression="lzf")
        record(path, "/incompressible", "uint32", a, kind="chunked")
        f["named-type"] = np.dtype("<f8")
        a = numbers("float64", (12,))
        f.create_dataset("of-named-type", data=a, dtype=f["named-type"])
        record(path, "/of-named-type", "float64", a, kind="contiguous")
        a = numbers("int32", (30,))
        d = f.create_dataset("many-attributes", data=a)
        for i in range(60):
            d.attrs[f"note {i}"] = "x" * 50
        record(path, "/many-attributes", "int32", a, kind="contiguous")

with h5py.File(f"{folder}/user-block.h5", "w", userblock_size=1024) as f:
    a = numbers("int64", (500,))
    f.create_dataset("x", data=a, chunks=(64,), compression="gzip")
    record(f"{folder}/user-block.h5", "/x", "int64", a, kind="chunked")

print(json.dumps(listing))
