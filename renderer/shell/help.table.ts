/** Help texts: what people meet, in plain words. */

export const cards: readonly { readonly title: string; readonly text: string }[] = [
  { title: 'It says that memory is too small', text: 'The plan of the heaviest step is larger than what the run may use. Give it more memory in the third question of the guide, use fewer workers, or choose fewer genes (variable genes, n_top_genes). Nothing was read yet.' },
  { title: 'The engine was killed', text: 'The system took its memory away. Truckee starts it again by itself up to three times with chunks half as large; the result is the same. If it was given up, press Go on: finished steps are reused.' },
  { title: 'The disk is full', text: 'Make room and press Go on. Finished steps are whole, unfinished ones go on from their last checkpoint. The clean-up in the workspace menu shows what can go.' },
  { title: 'It says the file holds no counts', text: 'Runs start from integer counts. Truckee looks in X, in layers and in raw. Normalised values cannot be turned back: add the file that still has the counts.' },
  { title: 'The same plate twice', text: 'Two data sets hold the same cells. Forget one of them on the Data page; the file itself stays where it is.' },
  { title: 'Genes differ between the plates', text: 'A recipe normally wants the same genes everywhere. Set genes to inner in the recipe to keep those that all plates share.' },
  { title: 'A file has changed', text: 'It is no longer the file that was added. Add it again; results made from the old one stay and are not mixed with new ones.' },
  { title: 'Nothing moves', text: 'After three times the predicted time a note says so and names likely causes: a slow disk, memory being swapped, another program. Stopping keeps finished work.' },
  { title: '"Can only test a child process" in a Python notebook', text: 'Noise of worker processes that end: safe to ignore.' },
  { title: '"Bus error" or "DataLoader worker is killed" in a Python notebook', text: 'A real memory fault. Bus error: what workers hand over goes through /dev/shm, which is full; give more shm (docker run --shm-size 4g) or set num_workers to 0. Killed: workers together hold more than the memory; lower num_workers first, then fetch_factor, which is what each of them holds.' },
  { title: '"Failed to dlopen libcudart" in a Python notebook', text: 'CUDA libraries of different versions are mixed. Make a clean environment with the versions of the notebook\'s first cell and nothing else.' },
];

export const glossary: readonly (readonly [string, string])[] = [
  ['obs, var', 'The tables of cells and of genes in an AnnData file.'],
  ['chunk', 'Cells that one worker reads at a time. Larger is a little faster and needs more memory; results do not depend on it.'],
  ['worker', 'A thread that reads and computes. Results do not depend on their number.'],
  ['pass', 'Reading all counts once, from first to last cell.'],
  ['variable genes', 'Genes that vary more than their mean explains; they carry the structure.'],
  ['principal components', 'A few dozen coordinates per cell that keep most of the variance.'],
  ['UMAP', 'A flat map on which similar cells lie together. Distances between far groups mean little.'],
  ['Leiden', 'Groups of cells that are more connected to each other than to the rest. A higher resolution gives more groups.'],
  ['fingerprint', 'What a result depends on, as one number: equal fingerprint, equal result, so it is reused.'],
  ['plate', 'One file of an experiment; Tahoe-100M has fourteen.'],
  ['DMSO_TF', 'The control of the Tahoe atlas: cells that got the solvent only.'],
];

/** What loading for training is made of: what can be chosen in each layer, and our default with its reason. */
export const layers: readonly { readonly layer: string; readonly choices: string; readonly ours: string }[] = [
  { layer: 'cache', choices: 'page cache, memory, pack', ours: 'the system\'s page cache; a pack where there is one' },
  { layer: 'shuffle', choices: 'none, in fetch, blocks, chunks, true random', ours: 'chunks: random enough at the cost of sequential reading' },
  { layer: 'concatenation', choices: 'copies, virtual', ours: 'virtual: files stay as they are, genes joined same, inner or outer by name' },
  { layer: 'row groups', choices: 'chunks of the file', ours: 'as stored; the sampler follows them' },
  { layer: 'storage', choices: 'h5ad, Zarr, Parquet, SCDL, pack, memory', ours: 'h5ad in place; a pack is half its size and gives single cells' },
  { layer: 'loader', choices: 'iterable, map-style', ours: 'iterable (epoch) for training; rows(ids) for looking at single cells' },
];
