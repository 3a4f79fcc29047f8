/** The one way into a file: whatever its format, it comes out as a plate. */
import { openStructure } from '../hdf5/index.ts';
import type { OpenPlate } from './contract.ts';
import { openZarrStore } from '../zarr/structure.ts';
import { detect, refuseHdf5, refuseZarr } from './detect.ts';
import { h5adParts, isH5ad } from './h5ad/open.ts';
import type { PlateParts } from './parts.ts';
import { plateFile } from './plate.ts';
import { tenxGroups, tenxH5Parts } from './tenx/h5.ts';
import { mtxParts } from './tenx/mtx-folder.ts';

/**
 * Opens an h5ad file, a Zarr store with an AnnData in it, a 10x HDF5 file or a 10x matrix folder. Errors: file-not-found,
 * not-permitted, not-hdf5, truncated-file, unsupported-format (loom, Parquet...), unsupported-encoding, corrupt-file, corrupt-chunk.
 */
export const openPlate: OpenPlate = async (path) => {
  const found = detect(path);
  switch (found.kind) {
    case 'mtx':
      return plateFile(await mtxParts(found.folder, found.files));
    case 'zarr': {
      const structure = openZarrStore(found.folder);
      return plateFile(structure.kind('/') !== null && isH5ad(structure) ? await h5adParts(structure, 'zarr') : refuseZarr(structure));
    }
    case 'file':
      return plateFile(await hdf5Parts(path));
  }
};

async function hdf5Parts(path: string): Promise<PlateParts> {
  const structure = await openStructure(path);
  try {
    // A loom file has a dataset called matrix, h5mu has obs and var: neither must be taken for what it is not.
    const groups = tenxGroups(structure);
    if (groups.length > 0) return await tenxH5Parts(structure, groups);
    if (structure.kind('/mod') === null && isH5ad(structure)) return await h5adParts(structure);
    return refuseHdf5(structure);
  } catch (thrown) {
    structure.close();
    throw thrown;
  }
}
