"""Prints what anndata and numpy make of a generated plate: layout, consistency of obs with X, and the planted truth."""
import json
import sys

import anndata
import h5py
import numpy as np

path = sys.argv[1]
a = anndata.read_h5ad(path)
x = a.X
# scipy refuses this when indices and indptr have different types.
a[:, ["MT-CO1", "MT-ND1"]].copy()
obs = a.obs
truth = a.uns["truckee_demo"]
total = np.asarray(x.sum(axis=1, dtype="f8")).ravel()
genes = x.getnnz(axis=1)
mito = np.asarray(x[:, a.var_names.str.startswith("MT-")].sum(axis=1, dtype="f8")).ravel()
canonical = bool(x.has_canonical_format)
limits = truth["pass_filter"]
full = (total >= limits["least_transcripts"]) & (mito / np.maximum(total, 1) <= limits["most_mito"])

# A line's program genes in that line against all others, as the mean share of transcripts.
share = x.multiply(1 / np.maximum(total, 1)[:, None]).tocsr()
folds = []
for line, positions in zip(truth["lines"]["cell_line"], truth["lines"]["program_genes"]):
    own = (obs["cell_line"] == line).to_numpy()
    if own.sum() >= 5:
        folds.append(float(share[own][:, positions].mean() / share[~own][:, positions].mean()))

with h5py.File(path, "r") as f:
    storage = {name: [str(f["X"][name].dtype), f["X"][name].chunks and int(f["X"][name].chunks[0]), f["X"][name].compression_opts, bool(f["X"][name].shuffle)]
               for name in ("data", "indices", "indptr")}

print(json.dumps({
    "shape": list(a.shape),
    "storage": storage,
    "columns": {name: str(obs[name].dtype) for name in obs},
    "indexName": obs.index.name,
    "varIndexName": a.var.index.name,
    "varColumns": a.var.columns.tolist(),
    "uniqueIndex": bool(obs.index.is_unique),
    "uniqueGenes": bool(a.var_names.is_unique),
    "unnamed": float(a.var_names.str.startswith("ENSG").mean()),
    "mitoGenes": int(a.var_names.str.startswith("MT-").sum()),
    "indexIsBarcodeAndLibrary": bool((obs.index == obs["BARCODE"].astype(str) + "-" + obs["sublibrary"].astype(str)).all()),
    "barcodes": bool(obs["BARCODE"].astype(str).str.fullmatch(r"\d\d_\d\d\d_\d\d\d").all()),
    "rowsInOrder": bool((obs["sublibrary"].astype(str) + obs["BARCODE"].astype(str)).is_monotonic_increasing),
    "canonical": canonical,
    "counts": bool((x.data > 0).all() and (x.data == np.round(x.data)).all()),
    "geneCount": bool((genes == obs["gene_count"]).all()),
    "transcripts": bool((total == obs["tscp_count"]).all()),
    "reads": bool((obs["mread_count"] >= obs["tscp_count"]).all()),
    "mito": float(np.abs(mito / np.maximum(total, 1) - obs["pcnt_mito"]).max()),
    "passFilter": bool((np.where(full, "full", "minimal") == obs["pass_filter"].astype(str)).all()),
    "full": float(full.mean()),
    "phases": obs["phase"].value_counts(normalize=True).to_dict(),
    "phaseFollowsScores": bool((np.where((obs.S_score < 0) & (obs.G2M_score < 0), "G1", np.where(obs.G2M_score > obs.S_score, "G2M", "S")) == obs["phase"].astype(str)).all()),
    "plates": obs["plate"].cat.categories.tolist(),
    "samples": [obs["sample"].cat.categories[0], obs["sample"].cat.categories[-1], len(obs["sample"].cat.categories)],
    "labels": sorted(obs["drugname_drugconc"].cat.categories.tolist())[:3],
    "control": int((obs["drug"] == "DMSO_TF").sum()),
    "lines": int(obs["cell_line"].nunique()),
    "linePairs": int(obs[["cell_line", "cell_name"]].drop_duplicates().shape[0]),
    "samplePairs": int(obs[["sample", "drugname_drugconc"]].drop_duplicates().shape[0]) - int(obs["sample"].nunique()),
    "meanGenes": float(genes.mean()),
    "meanTranscripts": float(total.mean()),
    "lineFolds": folds,
    "design": {k: int(v) for k, v in truth["design"].items()},
    "note": truth["note"],
}))
