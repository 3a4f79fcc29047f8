"""Changes a file in place with h5py, as other programs may: grows an array, adds and deletes names and attributes."""
import json
import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1], "r+") as f:
    old = len(f["grows"])
    f["grows"].resize(old + 5000, 0)
    f["grows"][old:] = 7
    f["names"]["added"] = np.arange(3)
    del f["names/n5"]
    f["names"].attrs["added"] = "yes"
with h5py.File(sys.argv[1], "r") as f:
    values = f["grows"][()]
    print(json.dumps({
        "kept": bool((values[:old] == np.arange(old)).all()),
        "grown": bool((values[old:] == 7).all()),
        "names": sorted(f["names"]),
        "values": [float(f["names"][f"n{i}"][()]) for i in range(40) if i != 5],
    }))
