"""The same counts in the places where files have them: layers, raw, 10x, column order. Args: OUT. Prints the counts, cells by genes, and the names of genes."""
import gzip
import io
import json
import os
import sys

import anndata
import h5py
import numpy as np
import pandas as pd
import scipy.io
import scipy.sparse as sp

out = sys.argv[1]
counts = np.random.default_rng(3).poisson(0.7, size=(90, 12)).astype(np.float32)
genes, cells = [f"G{i}" for i in range(12)], [f"c{i}" for i in range(90)]


def write(name, x, layers={}):
    made = anndata.AnnData(x, obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=genes), layers=layers, dtype=np.float32)
    made.write_h5ad(f"{out}/{name}.h5ad", compression="gzip")


logged = np.log1p(counts)
write("layer", sp.csr_matrix(logged), {"counts": sp.csr_matrix(counts)})
write("dense layer", logged, {"counts": counts})
write("columns", sp.csc_matrix(counts))
write("column layer", logged, {"counts": sp.csc_matrix(counts)})

whole = anndata.AnnData(sp.csr_matrix(counts), obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=genes), dtype=np.float32)
whole.raw = whole
some = whole[:, :5].copy()
some.X = sp.csr_matrix(logged[:, :5])
some.write_h5ad(f"{out}/raw.h5ad", compression="gzip")

rows = sp.csr_matrix(counts)
with h5py.File(f"{out}/tenx.h5", "w") as file:
    matrix = file.create_group("matrix")
    for name, values in (("data", rows.data.astype("i4")), ("indices", rows.indices.astype("i8")), ("indptr", rows.indptr.astype("i8")), ("shape", np.array([12, 90], "i4")), ("barcodes", np.array(cells, "S"))):
        matrix[name] = values
    features = matrix.create_group("features")
    for name, values in (("id", genes), ("name", genes), ("feature_type", ["Gene Expression"] * 12), ("genome", ["GRCh38"] * 12)):
        features[name] = np.array(values, "S")

os.mkdir(f"{out}/mtx")
text = io.BytesIO()
scipy.io.mmwrite(text, sp.coo_matrix(counts.T.astype(int)))
lines = {"matrix.mtx": text.getvalue(), "barcodes.tsv": "\n".join(cells).encode(), "features.tsv": "\n".join(f"{gene}\t{gene}\tGene Expression" for gene in genes).encode()}
for name, content in lines.items():
    with gzip.open(f"{out}/mtx/{name}.gz", "wb") as file:
        file.write(content)
print(json.dumps({"counts": counts.astype(int).tolist(), "genes": genes}))
