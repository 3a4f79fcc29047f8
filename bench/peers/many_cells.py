"""A file of many cells and few genes, for pictures and tables of cells: python many_cells.py OUT CELLS"""
import sys

import h5py
import numpy as np

out, cells = sys.argv[1], int(sys.argv[2])
genes, per_cell, lines = 60, 6, 50
rng = np.random.default_rng(0)
text = h5py.string_dtype()
with h5py.File(out, "w") as f:
    x = f.create_group("X")
    x.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array([cells, genes])})
    line = np.minimum(rng.geometric(0.06, cells) - 1, lines - 1).astype("i1")
    data = x.create_dataset("data", (cells * per_cell,), "f4", chunks=(600_000,))
    indices = x.create_dataset("indices", (cells * per_cell,), "i4", chunks=(600_000,))
    for start in range(0, cells, 500_000):
        stop = min(cells, start + 500_000)
        # Six neighbouring genes of sixty, placed by the line: lines lie apart in the components.
        first = (line[start:stop].astype("i4") * 53 + rng.integers(0, 9, stop - start)) % (genes - per_cell)
        indices[start * per_cell : stop * per_cell] = (first[:, None] + np.arange(per_cell)).ravel()
        data[start * per_cell : stop * per_cell] = rng.integers(1, 9, (stop - start) * per_cell)
    x.create_dataset("indptr", data=np.arange(cells + 1, dtype="i8") * per_cell)
    obs = f.create_group("obs")
    obs.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
    obs.attrs.create("column-order", ["line", "score"], dtype=text)
    names = obs.create_dataset("_index", (cells,), text, chunks=(100_000,))
    for start in range(0, cells, 100_000):
        names[start : start + 100_000] = [f"cell-{i}" for i in range(start, min(cells, start + 100_000))]
    names.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
    group = obs.create_group("line")
    group.attrs.update({"encoding-type": "categorical", "encoding-version": "0.2.0", "ordered": False})
    group.create_dataset("codes", data=line, chunks=(500_000,))
    labels = group.create_dataset("categories", data=[f"line {i}" for i in range(lines)], dtype=text)
    labels.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
    score = obs.create_dataset("score", data=rng.normal(size=cells), chunks=(500_000,))
    score.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
    var = f.create_group("var")
    var.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
    var.attrs.create("column-order", [], dtype=text)
    gene_names = var.create_dataset("_index", data=[f"G{i}" for i in range(genes)], dtype=text)
    gene_names.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
    f.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
