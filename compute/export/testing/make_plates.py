"""Writes small plates with anndata, the library whose files we must read: python make_plates.py spec.json"""
import json
import sys

import anndata as ad
import numpy as np
import pandas as pd
from scipy import sparse


def column(spec):
    if spec["kind"] == "categorical":
        return pd.Categorical(spec["values"], categories=spec["categories"], ordered=spec.get("ordered", False))
    if spec["kind"] == "nullable-boolean":
        return pd.array(spec["values"], dtype="boolean")
    if spec["kind"] == "nullable-integer":
        return pd.array(spec["values"], dtype="Int64")
    return np.array(spec["values"], dtype={"string": object, "int": "int32", "float": "float64", "bool": "bool"}[spec["kind"]])


for plate in json.load(open(sys.argv[1])):
    obs = pd.DataFrame({name: column(spec) for name, spec in plate["obs"].items()}, index=plate["cells"])
    X = sparse.csr_matrix(np.array(plate["X"], dtype="float32"))
    ad.AnnData(X=X, obs=obs, var=pd.DataFrame(index=plate["genes"]), dtype="float32").write_h5ad(plate["path"], compression="gzip")
print("{}")
