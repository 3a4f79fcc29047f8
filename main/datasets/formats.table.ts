/** In which forms the atlas can lie on a disk, as published: what each takes, what it costs to read, and whether it would fit here. */
import type { FormatAdvice } from '../../protocol/api.data.ts';

const GB = 1e9;

interface Format extends Omit<FormatAdvice, 'fits'> { readonly converted: boolean }

const formats: readonly Format[] = [
  { format: 'h5ad, compressed, as released', bytes: 314 * GB, peakBytes: null, converted: false, metadata: true, words: 'read in place by Truckee; 375 GB in another published packing; decoding it takes about 5x the time of an open file' },
  { format: 'h5ad, uncompressed', bytes: 1100 * GB, peakBytes: 1414 * GB, converted: true, metadata: true, words: 'about 5x faster to read on a fast disk; on a hard disk the compressed file is as fast, because the disk is what one waits for' },
  { format: 'Hugging Face Datasets', bytes: 1900 * GB, peakBytes: 1900 * GB, converted: true, metadata: true, words: 'on disk after loading its Parquet shards' },
  { format: 'SCDL memory map (BioNeMo)', bytes: 1100 * GB, peakBytes: 2200 * GB, converted: true, metadata: false, words: 'X only: no metadata of the cells; twice its size while it is made' },
];

/** Every form against the free bytes of a disk: a conversion that would not fit is not begun. */
export function adviseFormats(freeBytes: number): FormatAdvice[] {
  return formats.map(({ converted: _, ...format }) => ({ ...format, fits: (format.peakBytes ?? format.bytes) <= freeBytes }));
}

/** The form to have on a disk of this kind. */
export function recommendedFormat(kind: string, freeBytes: number): string {
  const [released, open] = adviseFormats(freeBytes) as [FormatAdvice, FormatAdvice];
  if (kind === 'SSD' && open.fits) return 'There is room for uncompressed files, which a fast disk reads about 5x faster; the compressed ones do as well.';
  return released.fits ? `Keep the compressed h5ad files${kind === 'HDD' ? ': a hard disk is slower than decoding them' : ''}.` : 'All plates do not fit here: take some of them, or read them from afar.';
}
