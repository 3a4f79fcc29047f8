/** The places that Tahoe-100M is published at. Sizes are never kept here: they come from the listing. */

export type KnownSource =
  | { readonly kind: 'gcs'; readonly name: string; readonly title: string; readonly bucket: string; readonly prefix: string; readonly requesterPays: boolean; readonly legacy: boolean }
  | { readonly kind: 'hugging-face'; readonly name: string; readonly title: string; readonly repositories: readonly string[]; readonly type: 'datasets' | 'models'; readonly legacy: false };

export const knownSources: readonly KnownSource[] = [
  {
    kind: 'gcs', name: 'tahoe', title: 'Tahoe-100M, current bucket (requester pays: token and billing project needed)', bucket: 'arc-institute-virtual-cell-atlas',
    prefix: 'tahoe100M/2025-02-25/', requesterPays: true, legacy: false,
  },
  { kind: 'gcs', name: 'tahoe-legacy', title: 'Tahoe-100M, former bucket (announced closed after 2026-03-31)', bucket: 'arc-ctc-tahoe100', prefix: '2025-02-25/', requesterPays: false, legacy: true },
  { kind: 'hugging-face', name: 'tahoe-hf', title: 'Tahoe-100M on Hugging Face (Parquet shards and metadata tables)', repositories: ['tahoebio/Tahoe-100M'], type: 'datasets', legacy: false },
  {
    kind: 'hugging-face', name: 'tahoe-scvi', title: 'Pretrained SCVI model of Tahoe-100M', repositories: ['tahoebio/Tahoe-100M-SCVI-v1', 'vevotx/Tahoe-100M-SCVI-v1'], type: 'models', legacy: false,
  },
];
