"""Full-matrix normalising and log1p with numpy, then a subset of genes: file, rows, genes -> values, row by row, as JSON."""
import json
import sys

import anndata
import numpy as np

path, rows, genes = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
data = anndata.read_h5ad(path)
counts = data.X.toarray().astype(np.float64)
scaled = np.log1p(counts * (1e4 / counts.sum(axis=1, keepdims=True)))
print(json.dumps(scaled[rows][:, data.var_names.get_indexer(genes)].ravel().tolist()))
