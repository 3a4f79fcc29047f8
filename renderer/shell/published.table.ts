/** Numbers other people published, never without what they count or what they were measured on. */

export interface PublishedCount {
  readonly value: number;
  readonly what: string;
  /** What exactly is counted, so that two numbers for one thing do not look like a mistake. */
  readonly definition: string;
  readonly source: string;
}

export const publishedCounts: readonly PublishedCount[] = [
  { value: 105_609_549, what: 'cells', definition: 'raw data set, before any filter', source: 'Tahoe scVI paper' },
  { value: 100_648_790, what: 'cells', definition: 'rows of the fourteen released h5ad files', source: 'Arc Virtual Cell Atlas' },
  { value: 95_624_334, what: 'cells', definition: 'rows whose pass_filter is full', source: 'Hugging Face data set' },
  { value: 89_423_257, what: 'cells', definition: 'full rows of plates 1 to 13, with plate 14 held out for testing', source: 'Tahoe scVI paper' },
  { value: 62_710, what: 'genes', definition: 'columns of every plate, in one order', source: 'Arc Virtual Cell Atlas' },
  { value: 379, what: 'drugs', definition: 'labels of drug without the control DMSO_TF', source: 'Arc Virtual Cell Atlas' },
  { value: 58_045, what: 'conditions', definition: 'drug, dose and line as the Tahoe scVI paper counts them; "17,000+" and "60,000" are quoted elsewhere', source: 'Tahoe scVI paper' },
  { value: 50, what: 'cell lines', definition: 'lines in the pool; 47 is quoted for those that pass quality control', source: 'Arc Virtual Cell Atlas, scDataset paper' },
];

export interface PublishedRate {
  readonly what: string;
  readonly cellsPerSecond: number;
  readonly settings: string;
  readonly hardware: string;
  /** Cells per minibatch. */
  readonly batch: number;
  readonly source: string;
}

const dgx = 'DGX Station: Xeon E5-2698 v4, 256 GB of memory, SSD';

export const publishedRates: readonly PublishedRate[] = [
  { what: 'AnnLoader, random cells', cellsPerSecond: 20, settings: 'one process', hardware: dgx, batch: 64, source: 'scDataset paper' },
  { what: 'scDataset', cellsPerSecond: 2593, settings: 'block 4, fetch 16, 12 workers', hardware: dgx, batch: 64, source: 'scDataset paper' },
  { what: 'scDataset', cellsPerSecond: 1664, settings: 'block 16, fetch 256, one process', hardware: dgx, batch: 64, source: 'scDataset repository, v0.3.0' },
  { what: 'scDataset', cellsPerSecond: 4614, settings: 'block 16, fetch 256, 4 workers', hardware: dgx, batch: 64, source: 'scDataset repository, v0.3.0' },
];
