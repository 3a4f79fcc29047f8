"""What a query should have extracted: the same cells taken with pandas and anndata. Prints JSON."""
import json
import sys

import anndata
import numpy as np
import scipy.sparse as sp

answer_path, drugs, lines, level, most_mito, *plates = sys.argv[1:]
parts = []
for path in plates:
    plate = anndata.read_h5ad(path)
    obs = plate.obs
    keep = obs.drug.astype(str).str.strip().isin(drugs.split('|')) & (obs.pass_filter == level) & (obs.pcnt_mito < float(most_mito))
    if lines:
        keep &= obs.cell_name.isin(lines.split('|'))
    parts.append(plate[keep.to_numpy()].copy())

wanted = sp.vstack([part.X for part in parts]).tocsr()
wanted.sort_indices()
stored_as = 'read_zarr' if answer_path.endswith('.zarr') else 'read_h5ad'
found = getattr(anndata, stored_as)(answer_path)
same = lambda name: bool((np.concatenate([part.obs[name].astype(str) for part in parts]) == found.obs[name].astype(str)).all())
print(json.dumps({
    'cells': [part.n_obs for part in parts], 'nonzeros': int(wanted.nnz), 'shape': list(found.shape),
    'different': int((wanted != found.X).nnz) if wanted.shape == found.shape else -1,
    'genes': bool((found.var_names == parts[0].var_names).all()),
    'columns': {name: same(name) for name in ['sample', 'drug', 'drugname_drugconc', 'cell_line', 'plate', 'pcnt_mito', 'BARCODE']},
    'query': json.loads(found.uns['truckee'])['recipe']['query'],
}))
