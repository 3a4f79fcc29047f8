"""Reads result arrays with zarr: python3 read_zarr.py ARRAY..., prints dtype, sum and (when small) values of each."""
import json
import sys

import zarr


def describe(path):
    values = zarr.open_array(path, mode="r")[...]
    return {"dtype": str(values.dtype), "sum": float(values.sum()), "values": values.tolist() if values.size < 1000 else None}


print(json.dumps([describe(path) for path in sys.argv[1:]]))
