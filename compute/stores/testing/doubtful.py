"""Files whose obs and matrix do not belong together, and a minified one; printed: nothing."""
import json
import os
import sys

import anndata
import numpy as np
import pandas as pd
import scipy.sparse as sp

folder = sys.argv[1]
rng = np.random.default_rng(5)
genes = [f"G{i}" for i in range(57)] + ["MT-CO1", "mt-Nd1", "MTOR"]
x = sp.csr_matrix(rng.poisson(0.8, (700, len(genes))).astype("float32"))
totals = np.asarray(x.sum(1)).ravel()
mito = np.asarray(x[:, 57:59].sum(1)).ravel()
obs = pd.DataFrame(
    {"tscp_count": totals.astype("int64"), "gene_count": np.diff(x.indptr).astype("int64"), "pcnt_mito": (mito / totals).round(6)},
    index=[f"c{i}" for i in range(700)],
)


def write(name, table, matrix=x, **more):
    anndata.AnnData(matrix, obs=table, var=pd.DataFrame(index=genes), **more).write_h5ad(os.path.join(folder, name))


write("sound.h5ad", obs)
write("later.h5ad", pd.DataFrame(np.roll(obs.to_numpy(), 3, axis=0), index=obs.index, columns=obs.columns).astype(obs.dtypes))
write("earlier.h5ad", pd.DataFrame(np.roll(obs.to_numpy(), -2, axis=0), index=obs.index, columns=obs.columns).astype(obs.dtypes))
write("sorted.h5ad", pd.DataFrame(obs.sort_values("tscp_count").to_numpy(), index=obs.index, columns=obs.columns).astype(obs.dtypes))
write("percent.h5ad", obs.assign(pcnt_mito=obs.pcnt_mito * 100))
write("one.h5ad", obs.assign(gene_count=np.where(np.arange(700) == 0, 999, obs.gene_count)))
write("minified.h5ad", obs, sp.csr_matrix((700, len(genes)), dtype="float32"), obsm={"_scvi_latent_qzm": rng.normal(size=(700, 10)), "_scvi_latent_qzv": np.ones((700, 10))})
print(json.dumps(None))
