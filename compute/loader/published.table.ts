/** Rates that others have published, each with its hardware and minibatch: for comparison, never as ours. */
import type { PublishedRate } from '../../protocol/loading.ts';

const station = 'DGX Station, Xeon E5-2698 v4, 256 GB of memory, SSD';

export const published: readonly PublishedRate[] = [
  { loader: 'AnnLoader, true random', setting: '1 process', cells_per_second: 20, entropy: 3.63, batch: 64, hardware: station, source: 'scDataset preprint' },
  { loader: 'scDataset', setting: 'block 64, fetch 64, 1 process', cells_per_second: 895, entropy: 3.45, batch: 64, hardware: station, source: 'scDataset repository 0.3.0' },
  { loader: 'scDataset', setting: 'block 16, fetch 256, 1 process', cells_per_second: 1664, entropy: 3.61, batch: 64, hardware: station, source: 'scDataset repository 0.3.0' },
  { loader: 'scDataset', setting: 'block 4, fetch 16, 12 workers', cells_per_second: 2593, entropy: 3.59, batch: 64, hardware: station, source: 'scDataset preprint, table 2' },
  { loader: 'scDataset', setting: 'block 16, fetch 256, 4 workers', cells_per_second: 4614, entropy: 3.61, batch: 64, hardware: station, source: 'scDataset repository 0.3.0' },
  { loader: 'MappedCollection, weighted', setting: 'h5ad shards', cells_per_second: 1500, entropy: null, batch: 128, hardware: 'ml.g4dn.2xlarge', source: 'array loader benchmark post' },
  { loader: 'Merlin, unweighted', setting: 'parquet row groups', cells_per_second: 9000, entropy: null, batch: 128, hardware: 'ml.g4dn.2xlarge', source: 'array loader benchmark post' },
];
