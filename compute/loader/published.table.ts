/** Rates and speed-ups that others have published, each with its hardware and minibatch: for comparison, never as ours. */
import type { PublishedRate, PublishedSpeedup } from '../../protocol/loading.ts';

const station = 'DGX Station, Xeon E5-2698 v4, 256 GB of memory, 5 TB SSD';
/** Cells of the released plates of Tahoe-100M. */
export const atlasCells = 100_648_790;

const rates: readonly Omit<PublishedRate, 'epoch_seconds'>[] = [
  { loader: 'AnnLoader, true random', setting: '1 process', cells_per_second: 20, entropy: 3.63, batch: 64, hardware: station, source: 'scDataset preprint' },
  { loader: 'scDataset', setting: 'block 64, fetch 64, 1 process', cells_per_second: 895, entropy: 3.45, batch: 64, hardware: station, source: 'scDataset repository 0.3.0' },
  { loader: 'scDataset', setting: 'block 16, fetch 256, 1 process', cells_per_second: 1664, entropy: 3.61, batch: 64, hardware: station, source: 'scDataset repository 0.3.0' },
  { loader: 'scDataset', setting: 'block 4, fetch 16, 12 workers', cells_per_second: 2593, entropy: 3.59, batch: 64, hardware: station, source: 'scDataset preprint, table 2' },
  { loader: 'scDataset', setting: 'block 16, fetch 256, 4 workers', cells_per_second: 4614, entropy: 3.61, batch: 64, hardware: station, source: 'scDataset repository 0.3.0' },
  { loader: 'MappedCollection, weighted', setting: 'h5ad shards', cells_per_second: 1500, entropy: null, batch: 128, hardware: 'ml.g4dn.2xlarge', source: 'array loader benchmark post' },
  { loader: 'Merlin, unweighted', setting: 'parquet row groups', cells_per_second: 9000, entropy: null, batch: 128, hardware: 'ml.g4dn.2xlarge', source: 'array loader benchmark post' },
];

/** With the time that an epoch of the whole atlas takes at that rate. */
export const published: readonly PublishedRate[] = rates.map((rate) => ({ ...rate, epoch_seconds: atlasCells / rate.cells_per_second }));

export const publishedSpeedups: readonly PublishedSpeedup[] = [
  { loader: 'scDataset', factor: 48, against: 'AnnLoader', setting: 'block 64, fetch 64, 1 process', batch: 64, hardware: station, source: 'scDataset preprint' },
  { loader: 'scDataset', factor: 27, against: 'Hugging Face Datasets', setting: '1 process', batch: 64, hardware: station, source: 'scDataset preprint' },
  { loader: 'scDataset', factor: 18, against: 'BioNeMo (SCDL)', setting: '1 process', batch: 64, hardware: station, source: 'scDataset preprint' },
  { loader: 'scDataset', factor: 129, against: 'AnnLoader', setting: 'block 4, fetch 16, 12 workers', batch: 64, hardware: station, source: 'scDataset preprint' },
];
