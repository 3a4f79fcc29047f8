"""Fourteen copies of one plate under fourteen plate names, as a stale loop variable once published them."""
import sys

import anndata

source, target, copies = sys.argv[1:]
parts = []
for number in range(int(copies)):
    part = anndata.read_h5ad(source)
    part.obs['plate'] = f'plate{number + 1}'
    parts.append(part)
anndata.concat(parts).write_h5ad(target, compression='gzip')
print('{}')
