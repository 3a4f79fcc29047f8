/** Cells that read the plates: lazily through dask when they are large, into memory when they are small. */
import { code, markdown, pythonLiteral, type NotebookCell } from '../../steps/define.ts';
import type { NotebookInput } from './notebook.ts';

/** Up to this many stored entries everything is read into memory (about 0.5 GB). */
const eagerStored = 40_000_000;

export function isLazy({ datasets }: Pick<NotebookInput, 'datasets'>): boolean {
  return datasets.reduce((sum, dataset) => sum + dataset.stored, 0) > eagerStored;
}

/** The last part of a path in either system's way of writing. */
export function fileName(path: string): string {
  return path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');
}

export function readCells(input: NotebookInput): NotebookCell[] {
  const lazy = isLazy(input);
  const cells = [
    markdown('## Data', '', 'Set `DATA_FOLDER` to the folder that holds the files; they are named, never their place.'),
    code(
      "DATA_FOLDER = Path('.')",
      '',
      'FILES = {  # plate -> file, format, where its counts are',
      ...input.datasets.map((d) => `    ${pythonLiteral(d.name)}: (${pythonLiteral(fileName(d.file))}, ${pythonLiteral(d.format)}, ${pythonLiteral(d.countsIn)}),`),
      '}',
      `LAZY = ${lazy ? 'True' : 'False'}  # True: X stays on disk and is read in chunks of cells`,
      'CHUNK_ROWS = 100_000  # cells per chunk; fewer when a worker has little memory',
    ),
  ];
  if (lazy) {
    cells.push(code(
      'from dask.distributed import Client',
      '',
      '# each worker holds a few chunks: workers x chunk must fit into memory',
      'client = Client(n_workers=2, threads_per_worker=1)',
    ));
  }
  cells.push(readerCell(), joinCell(input));
  return cells;
}

function readerCell(): NotebookCell {
  return code(
    'from anndata import experimental',
    '',
    '# read_elem_lazy since anndata 0.12; the release candidate 0.11.0rc3 called it read_elem_as_dask',
    "read_elem_lazy = getattr(experimental, 'read_elem_lazy', None) or getattr(experimental, 'read_elem_as_dask', None)",
    "read_elem = getattr(getattr(ad, 'io', None), 'read_elem', None) or experimental.read_elem",
    '',
    '',
    'def read_counts(elem):',
    "    shape = tuple(int(n) for n in (elem.shape if hasattr(elem, 'shape') else elem.attrs['shape']))",
    '    return read_elem_lazy(elem, chunks=(min(CHUNK_ROWS, shape[0]), shape[1]))',
    '',
    '',
    'def read_anndata(path, kind, counts):',
    '    if LAZY and read_elem_lazy is not None:',
    "        store = zarr.open_group(path, mode='r') if kind == 'zarr' else h5py.File(path, 'r')  # stays open: X is read when it is needed",
    "        if store[counts].attrs.get('encoding-type') != 'csc_matrix':  # gene by gene cannot be read in chunks of cells",
    "            genes = read_elem(store['raw/var' if counts == 'raw/X' else 'var'])",
    "            return ad.AnnData(X=read_counts(store[counts]), obs=read_elem(store['obs']), var=genes[[]])",
    "    plate = ad.read_zarr(path) if kind == 'zarr' else ad.read_h5ad(path)",
    "    if counts == 'raw/X':",
    '        values, genes = plate.raw.X, plate.raw.var',
    '    else:',
    "        values, genes = plate.X if counts == 'X' else plate.layers[counts.split('/', 1)[1]], plate.var",
    '    return ad.AnnData(X=sparse.csr_matrix(values).astype(np.float32), obs=plate.obs, var=genes[[]])',
    '',
    '',
    'def read_plate(name, file, kind, counts):',
    '    path = DATA_FOLDER / file',
    "    if kind == '10x-h5':",
    '        plate = sc.read_10x_h5(path)',
    "    elif kind == '10x-mtx':",
    '        plate = sc.read_10x_mtx(path)',
    '    else:',
    '        plate = read_anndata(path, kind, counts)',
    "    plate.obs['plate'] = pd.Categorical([name] * plate.n_obs, categories=list(FILES))",
    '    if len(FILES) > 1:',
    "        plate.obs_names = name + '-' + plate.obs_names.astype(str)",
    '    return plate',
  );
}

function joinCell({ recipe, datasets }: NotebookInput): NotebookCell {
  const lines = ['plates = [read_plate(name, *spec) for name, spec in FILES.items()]'];
  if (datasets.length === 1) lines.push('adata = plates[0]');
  else {
    const same = recipe.genes === 'same';
    lines.push(`# ${same ? 'all plates list the same genes' : 'genes that all plates share'}, in the order of the first`);
    if (same) lines.push('assert all(set(plate.var_names) == set(plates[0].var_names) for plate in plates)');
    lines.push("adata = ad.concat([plate[:, [g for g in plates[0].var_names if g in plate.var_names]] for plate in plates], join='inner')");
  }
  return code(...lines, 'adata');
}
