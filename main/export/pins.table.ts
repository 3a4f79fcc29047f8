/** Versions an exported notebook asks for. Direct: what it imports or starts; transitive: what those bring along. */

export interface Pin {
  /** As pip takes it, extras included. */
  readonly requirement: string;
  /** As importlib.metadata knows it. */
  readonly package: string;
  readonly version: string;
  readonly why: string;
}

export const pythonVersion = '3.11';

export const directPins: readonly Pin[] = [
  { requirement: 'scanpy', package: 'scanpy', version: '1.11.5', why: 'every step of the analysis' },
  { requirement: 'dask', package: 'dask', version: '2025.1.0', why: 'matrices larger than memory' },
  { requirement: 'dask[distributed]', package: 'distributed', version: '2025.1.0', why: 'worker processes' },
  { requirement: 'anndata', package: 'anndata', version: '0.12.10', why: 'reader of the files' },
];

/** What the GPU variant needs besides. RAPIDS brings its own CUDA libraries: one clean environment, nothing else in it. */
export const gpuPins: readonly Pin[] = [
  { requirement: 'rapids-singlecell[rapids12]', package: 'rapids-singlecell', version: '0.13.0', why: 'the same steps on the GPU' },
  { requirement: 'cupy-cuda12x', package: 'cupy-cuda12x', version: '13.4.1', why: 'arrays on the GPU (cupyx.scipy.sparse)' },
];

export const transitivePackages: readonly { readonly package: string; readonly via: string }[] = [
  { package: 'numpy', via: 'anndata, scanpy' }, { package: 'scipy', via: 'anndata, scanpy' }, { package: 'pandas', via: 'anndata, scanpy' },
  { package: 'h5py', via: 'anndata' }, { package: 'zarr', via: 'anndata' }, { package: 'xarray', via: 'anndata (lazy)' }, { package: 'scikit-learn', via: 'scanpy' },
  { package: 'numba', via: 'scanpy' }, { package: 'umap-learn', via: 'scanpy' }, { package: 'pynndescent', via: 'umap-learn' },
  { package: 'matplotlib', via: 'scanpy' }, { package: 'igraph', via: 'scanpy (extra leiden)' }, { package: 'leidenalg', via: 'scanpy (extra leiden)' },
  { package: 'scikit-misc', via: 'scanpy (extra skmisc)' },
];

/** Requirements for pip; extras that only some steps need are asked for when `extras` names them. */
export function requirements(extras: readonly string[], gpu = false): string[] {
  return [...directPins, ...(gpu ? gpuPins : [])].map(({ requirement, version }) => {
    if (requirement === 'scanpy' && extras.length > 0) return `scanpy[${extras.join(',')}]==${version}`;
    // Reading lazily needs xarray, which anndata brings only when asked.
    return requirement === 'anndata' ? `anndata[lazy]==${version}` : `${requirement}==${version}`;
  });
}
