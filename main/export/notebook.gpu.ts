/** The GPU variant: counts move to the GPU once, go through all steps that need them, and leave it when the components are there. */
import { code, markdown, type NotebookCell } from '../../steps/define.ts';
import type { StepId } from '../../steps/table.ts';
import type { NotebookInput } from './notebook.ts';

/** After this step only the components are needed, which the library itself moves as it likes. */
export function lastOnGpu({ steps }: Pick<NotebookInput, 'steps'>): StepId | null {
  const onMatrix: readonly StepId[] = ['qc', 'filter', 'normalize', 'log1p', 'hvg', 'pca'];
  return steps.filter((step) => onMatrix.includes(step.id)).at(-1)?.id ?? null;
}

/** Every gap is told in one go: found one after the other, each would cost another start of the environment. */
const checkCell = code(
  '# everything the GPU cells need, looked for at once',
  'import importlib',
  '',
  'gaps = []',
  "for name in ('cupy', 'cudf', 'rmm', 'dask_cuda', 'rapids_singlecell'):",
  '    try:',
  '        importlib.import_module(name)',
  '    except Exception as problem:  # libraries of mixed CUDA versions fail in ways of their own',
  "        gaps.append(f'{name}: {problem}')",
  "if not any(gap.startswith('cupy:') for gap in gaps):",
  '    try:',
  "        runtime = importlib.import_module('cupy').cuda.runtime",
  '        device, (free, total) = runtime.getDeviceProperties(0), runtime.memGetInfo()',
  "        print(f'{device[\"name\"].decode()}, driver for CUDA {runtime.driverGetVersion() // 1000}, {free / 2**30:.1f} of {total / 2**30:.1f} GiB free')",
  '    except Exception as problem:',
  "        gaps.append(f'GPU: {problem}')",
  'if gaps:',
  "    raise RuntimeError('The GPU cells cannot run here:\\n  ' + '\\n  '.join(gaps))",
);

export function gpuCells(input: NotebookInput): NotebookCell[] {
  if (!input.gpu) return [];
  return [
    markdown(
      '## To the GPU', '',
      'The matrix moves once; nothing is moved that is there already. It has to fit into the memory of the GPU, or be read in chunks.', '',
      'If an import fails with `Failed to dlopen libcudart.so`, CUDA libraries of several versions are mixed: make a new environment with the versions of the first cell and nothing else.',
    ),
    checkCell,
    code(
      'import cupy as cp',
      'import rapids_singlecell as rsc',
      'from cupyx.scipy import sparse as gpu_sparse',
      '',
      '',
      'def to_gpu(values):',
      "    if hasattr(values, 'map_blocks'):  # chunks move when they are computed",
      '        return values.map_blocks(gpu_sparse.csr_matrix, dtype=values.dtype)',
      "    if hasattr(values, 'get'):  # there already",
      '        return values',
      '    return gpu_sparse.csr_matrix(values.astype(np.float32)) if sparse.issparse(values) else cp.asarray(values, dtype=cp.float32)',
      '',
      '',
      'def to_cpu(values):',
      "    if hasattr(values, 'map_blocks'):",
      '        return values.map_blocks(lambda block: block.get(), dtype=values.dtype)',
      "    return values.get() if hasattr(values, 'get') else values",
      '',
      '',
      'adata.X = to_gpu(adata.X)',
    ),
  ];
}

export function fromGpuCells(): NotebookCell[] {
  return [code('# what follows works on the components', 'adata.X = to_cpu(adata.X)')];
}
