"""Writes one file with everything the structure door reads, and one sparse file above 4 GiB. usage: inside.py FOLDER (h5py 3.7)"""
import sys

import h5py
import numpy as np

folder = sys.argv[1]
text = h5py.string_dtype()
with h5py.File(f"{folder}/inside.h5", "w") as f:
    g = f.create_group("g")
    a = g.attrs
    a["text"] = "größe µ"
    a["bytes"] = np.bytes_("plain")
    a["texts"] = np.array(["a", "", "ä" * 40], dtype=text)
    a["int"] = np.int64(2**53 - 1)
    a["uint8"] = np.uint8(200)
    a["big-endian"] = np.array([1, -2, 3], dtype=">i4")
    a["floats"] = np.array([0.5, -1e300, np.inf])
    a["float32"] = np.float32(0.1)
    a["true"] = True
    a["bools"] = np.array([True, False])
    a["none"] = h5py.Empty("f4")
    a["shape"] = np.array([3, 4])
    a["too-large"] = np.int64(2**53 + 1)
    a["half"] = np.float16(1.5)
    ref = np.array([g.ref, f.ref], dtype=h5py.ref_dtype)
    a["categories"] = g.ref
    a["two-references"] = ref
    names = [f"cell-{i}" if i % 7 else f"Zelle {i} µ" * (i % 5) for i in range(3000)]
    for name, options in dict(plain={}, gzip=dict(compression="gzip"), lzf=dict(compression="lzf"), chunked=dict(chunks=(17,)), shuffled=dict(compression="gzip", shuffle=True)).items():
        f.create_dataset(f"strings/{name}", data=names, dtype=text, **options)
        f.create_dataset(f"fixed/{name}", data=np.array([n.encode() for n in names], dtype="S60"), **options)
    f.create_dataset("strings/one", data="alone", dtype=text)
    f.create_dataset("strings/none", shape=(0,), dtype=text)
    f.create_dataset("strings/unwritten", shape=(5,), dtype=text, chunks=(2,))
    padded = h5py.h5t.C_S1.copy()
    padded.set_size(6)
    padded.set_strpad(h5py.h5t.STR_SPACEPAD)
    h5py.h5d.create(f.id, b"fixed/padded", padded, h5py.h5s.create_simple((2,))).write(
        h5py.h5s.ALL, h5py.h5s.ALL, np.frombuffer(b"ab    c d   ", dtype="S6"), padded)
    table = np.zeros(3000, dtype=[("index", "S20"), ("n", "i8"), ("frac", "f4"), ("ok", "?"), ("big", ">u2")])
    table["index"] = [f"row{i}" for i in range(3000)]
    table["n"] = np.arange(3000) * 10**9
    table["frac"] = np.arange(3000) / 8
    table["ok"] = np.arange(3000) % 3 == 0
    table["big"] = np.arange(3000) * 20
    f.create_dataset("tables/plain", data=table)
    f.create_dataset("tables/gzip", data=table, compression="gzip")
    f.create_dataset("tables/lzf", data=table, compression="lzf")
    turned = np.dtype([("index", "S20"), ("n", ">i8"), ("frac", ">f4"), ("ok", "?"), ("big", ">u2")])
    f.create_dataset("tables/big-endian", data=table.astype(turned))
    only = np.dtype([("index", "S20"), ("n", ">i8"), ("frac", ">f4")])
    f.create_dataset("tables/only-big-endian", data=table[["index", "n", "frac"]].astype(only))
    mixed = np.empty(3, dtype=[("name", text), ("x", "f8")])
    mixed["name"] = ["p", "", "q" * 30]
    mixed["x"] = [1, 2, 3]
    f.create_dataset("tables/text", data=mixed)
    f.create_dataset("numbers/scalar", data=np.int64(-5))
    f.create_dataset("numbers/cube", data=np.arange(24, dtype="i2").reshape(2, 3, 4))
    f.create_dataset("numbers/flags", data=np.array([True, False, True]))
    f.create_dataset("numbers/half", data=np.arange(4, dtype="f2"))
    f.create_dataset("numbers/too-large", data=np.array([1, 2**60]))
    f.create_dataset("numbers/complex", data=np.zeros(3, "c8"))
    f["links/soft"] = h5py.SoftLink("/strings/one")
    f["links/relative"] = h5py.SoftLink("soft")
    f["links/group"] = h5py.SoftLink("/strings")
    f["links/broken"] = h5py.SoftLink("/nowhere")
    f["links/circle"] = h5py.SoftLink("/links/circle")
    f["links/other-file"] = h5py.ExternalLink("/etc/hostname", "/x")
    f["links/hard"] = f["strings/one"]
    for name in ["with space", "mit/größe", "emoji 🧬"]:
        f.create_group(f"names/{name}")
    f.create_dataset("outside", (4,), "u1", external=[("/etc/hostname", 0, 4)])
    layout = h5py.VirtualLayout(shape=(3,), dtype="i8")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", shape=(3,))
    f.create_virtual_dataset("virtual", layout)

with h5py.File(f"{folder}/large.h5", "w") as f:
    n = 5 * 2**28
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    d = h5py.Dataset(h5py.h5d.create(f.id, b"sparse", h5py.h5t.NATIVE_FLOAT, h5py.h5s.create_simple((n,)), plist))
    d[n - 3 :] = [1, 2, 3]
    f.create_dataset("after", data=np.arange(1000, dtype="i8"), chunks=(64,), compression="gzip")
    f.create_dataset("names", data=["first", "last"], dtype=text)
