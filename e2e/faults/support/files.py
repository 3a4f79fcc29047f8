"""Files as no careful writer makes them: `files.py all FOLDER` writes every kind, `files.py chunk FILE DATASET SHARE` finds a chunk."""
import gzip
import json
import shutil
import sys
import zipfile
from pathlib import Path

import anndata
import h5py
import numpy as np
import scipy.sparse as sp


def counts(cells, genes, seed):
    rng = np.random.default_rng(seed)
    return sp.csr_matrix(rng.poisson(rng.gamma(0.6, 1.2, size=genes), size=(cells, genes)).astype(np.float32))


def plate(folder, name, cells=120, genes=80, seed=1, x=None, obs_names=None, var_names=None, obs=None, **write):
    x = counts(cells, genes, seed) if x is None else x
    made = anndata.AnnData(x, dtype=np.float32)
    made.obs_names = obs_names or [f"{name}-{i}" for i in range(x.shape[0])]
    made.var_names = var_names or [f"gene{i}" for i in range(x.shape[1])]
    for column, values in (obs or {}).items():
        made.obs[column] = pd.Categorical(values)
    path = folder / f"{name}.h5ad"
    path.parent.mkdir(parents=True, exist_ok=True)
    made.write_h5ad(path, **{"compression": "gzip", **write})
    return path


def with_value(value, row=57):
    x = counts(120, 80, 1)
    x.data[x.indptr[row]] = value
    return x


def everything(folder):
    good = plate(folder, "good", obs={"cell_line": ["A549", "HT-29"] * 60})
    whole = good.read_bytes()
    (folder / "truncated.h5ad").write_bytes(whole[: len(whole) * 2 // 3])
    (folder / "text.h5ad").write_text("barcode,gene,count\nAAAC,MT-CO1,3\n" * 50)
    (folder / "empty.h5ad").write_bytes(b"")
    (folder / "gzip.h5ad").write_bytes(gzip.compress(whole))
    with zipfile.ZipFile(folder / "zip.h5ad", "w") as archive:
        archive.writestr("plate.zarr/.zgroup", '{"zarr_format": 2}')
    with h5py.File(folder / "plate.loom", "w") as loom:
        loom["matrix"] = np.ones((5, 4), dtype=np.float32)
        loom["row_attrs/Gene"] = np.array([b"a", b"b", b"c", b"d", b"e"])
        loom["col_attrs/CellID"] = np.array([b"1", b"2", b"3", b"4"])
    anndata.AnnData(obs=pd.DataFrame(index=[f"c{i}" for i in range(9)]), var=pd.DataFrame(index=["a", "b"])).write_h5ad(folder / "no-x.h5ad")
    plate(folder, "nan", x=with_value(np.nan))
    plate(folder, "infinite", x=with_value(np.inf))
    plate(folder, "negative", x=with_value(-3))
    plate(folder, "fractional", x=with_value(1.5, row=0))
    plate(folder, "twin-obs", obs_names=[f"cell{i // 2}" for i in range(120)])
    plate(folder, "twin-var", var_names=[f"gene{i // 2}" for i in range(80)])
    plate(folder, "no-rows", x=counts(120, 80, 1)[:0])
    plate(folder, "no-genes", x=counts(120, 80, 1)[:, :0])
    plate(folder, "recompressed", x=counts(120, 80, 1), obs_names=[f"good-{i}" for i in range(120)], compression=None)
    plate(folder, "other-genes", seed=2, var_names=[f"gene{i + 10}" for i in range(80)])
    plate(folder, "foreign-genes", seed=2, var_names=[f"Gm{i}" for i in range(80)])
    (folder / "linked.h5ad").symlink_to(good)
    # Fourteen copies under fourteen names, as the merged object of 86.8 million "cells" was made.
    for copy in range(14):
        (folder / "fourteen").mkdir(exist_ok=True)
        shutil.copy(good, folder / "fourteen" / f"plate{copy + 1}.h5ad")
    odd = folder / "Zellen µ 細胞 [1]"
    odd.mkdir(exist_ok=True)
    plate(folder, f"{odd.name}/plate ü #1 100%", seed=5)
    plate(folder, "small", cells=60, genes=40, seed=9)


def chunk(path, name, share):
    with h5py.File(path, "r") as file:
        dataset = file[name]
        number = min(dataset.id.get_num_chunks() - 1, int(dataset.id.get_num_chunks() * float(share)))
        found = dataset.id.get_chunk_info(number)
        print(json.dumps({"offset": found.byte_offset, "size": found.size, "number": number, "start": int(found.chunk_offset[0]), "length": int(dataset.chunks[0])}))


if __name__ == "__main__":
    if sys.argv[1] == "all":
        # Loaded only here: finding a chunk needs neither.
        import anndata
        import pandas as pd

        everything(Path(sys.argv[2]))
        print(json.dumps({"ok": True}))
    else:
        chunk(*sys.argv[2:5])
