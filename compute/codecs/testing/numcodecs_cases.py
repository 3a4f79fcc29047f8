"""Numbers packed by numcodecs in every way that Zarr stores know: prints JSON of base64 texts."""
import base64
import json

import numcodecs
import numpy as np

rng = np.random.default_rng(1)
arrays = {
    "counts": rng.poisson(0.7, 30_000).astype(np.float32),
    "ids": np.sort(rng.integers(0, 60_000, 20_001)).astype(np.int64),
    "codes": rng.integers(0, 5, 5_003).astype(np.int8),
    "noise": rng.integers(0, 2**31, 4_000).astype(np.int32),
    "few": np.arange(7, dtype=np.int16),
    "none": np.zeros(0, dtype=np.int32),
}
codecs = {"lz4": numcodecs.LZ4(), "zstd": numcodecs.Zstd(3), "gzip": numcodecs.GZip(1)}
for name in ["lz4", "lz4hc", "zlib", "zstd"]:
    for shuffle in [0, 1, 2]:
        codecs[f"blosc {name} {shuffle}"] = numcodecs.Blosc(cname=name, clevel=5, shuffle=shuffle)
codecs["blosc stored"] = numcodecs.Blosc(cname="lz4", clevel=0)
codecs["blosc small blocks"] = numcodecs.Blosc(cname="lz4", clevel=5, shuffle=1, blocksize=4096)
codecs["blosc small bit blocks"] = numcodecs.Blosc(cname="zstd", clevel=5, shuffle=2, blocksize=4096)
text = lambda data: base64.b64encode(bytes(data)).decode()
cases = []
for name, codec in codecs.items():
    for kind, values in arrays.items():
        if name == "lz4" and len(values) == 0:
            continue
        cases.append({"codec": name, "array": kind, "plain": text(values.tobytes()), "packed": text(codec.encode(values))})
print(json.dumps(cases))
