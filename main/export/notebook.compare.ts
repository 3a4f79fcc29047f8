/** The last cells: open what Truckee exported and lay it beside what was computed here. */
import { code, markdown, pythonLiteral, type NotebookCell } from '../../steps/define.ts';
import type { NotebookInput } from './notebook.ts';
import { fileName } from './notebook.read.ts';

export function compareCells(input: NotebookInput): NotebookCell[] {
  const file = fileName(input.exported ?? 'truckee-results.h5ad');
  const clusters = input.steps.flatMap((step) => (step.id === 'leiden' ? [String(step.params['key_added'])] : []));
  const zarr = file.endsWith('.zarr');
  return [
    markdown(
      '## Truckee\'s own results',
      '',
      'The export is opened lazily: only what is compared is read. `truckee export` writes such a file; put it into `DATA_FOLDER`.',
    ),
    code(
      `results_path = DATA_FOLDER / ${pythonLiteral(file)}`,
      'truckee = None',
      'if results_path.exists():',
      "    read_lazy = getattr(experimental, 'read_lazy', None)",
      '    if read_lazy is not None:',
      zarr ? '        truckee = read_lazy(results_path)' : "        truckee = read_lazy(h5py.File(results_path, 'r'))",
      '    else:',
      zarr ? '        truckee = ad.read_zarr(results_path)' : "        truckee = ad.read_h5ad(results_path, backed='r')",
      'truckee',
    ),
    code(
      'def in_memory(values):',
      "    return np.asarray(values.compute() if hasattr(values, 'compute') else values)",
      '',
      '',
      'if truckee is not None:',
      '    names = pd.Index(truckee.obs_names)',
      '    shared = adata.obs_names.intersection(names)',
      "    print(f'{len(shared)} cells in both; {adata.n_obs} here, {truckee.n_obs} in Truckee')",
      '    mine, theirs = adata.obs_names.get_indexer(shared), names.get_indexer(shared)',
      "    if 'X_pca' in adata.obsm and 'X_pca' in truckee.obsm and len(shared) > 2:",
      "        a, b = in_memory(adata.obsm['X_pca'])[mine], in_memory(truckee.obsm['X_pca'])[theirs]",
      '        n = min(a.shape[1], b.shape[1])',
      '        agreement = [abs(np.corrcoef(a[:, i], b[:, i])[0, 1]) for i in range(n)]',
      "        print('components, correlation up to sign:', np.round(agreement, 4))",
      "    obs = truckee.obs.to_memory() if hasattr(truckee.obs, 'to_memory') else truckee.obs",
      '    from sklearn.metrics import adjusted_rand_score',
      `    for key in ${pythonLiteral(clusters)}:`,
      '        if key in adata.obs and key in obs:',
      '            ours = adata.obs[key].astype(str).to_numpy()[mine]',
      '            other = obs[key].iloc[theirs]',
      '            known = other.notna().to_numpy()',
      "            print(key, 'adjusted Rand index:', round(adjusted_rand_score(ours[known], other[known].astype(str)), 3))",
    ),
  ];
}
