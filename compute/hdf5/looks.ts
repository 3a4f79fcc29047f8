/** Guesses from its first bytes what a file is that is not HDF5, so that the refusal can say so. */

interface Mark {
  readonly bytes: readonly number[] | string;
  readonly words: string;
}

const marks: readonly Mark[] = [
  { bytes: [0x1f, 0x8b], words: 'a gzip file' },
  { bytes: 'PK\x03\x04', words: 'a zip archive' },
  { bytes: 'BZh', words: 'a bzip2 file' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], words: 'an xz file' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], words: 'a zstd file' },
  { bytes: 'PAR1', words: 'a Parquet file' },
  { bytes: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], words: 'a NumPy file' },
  { bytes: [0x0e, 0x03, 0x13, 0x01], words: 'an HDF4 file' },
  { bytes: 'CDF', words: 'a NetCDF 3 file' },
  { bytes: 'RDX', words: 'an R workspace' },
  { bytes: 'SQLite format 3', words: 'an SQLite database' },
  { bytes: 'ARROW1', words: 'an Arrow file' },
  { bytes: '%PDF', words: 'a PDF file' },
  { bytes: '%%MatrixMarket', words: 'a Matrix Market file' },
  { bytes: 'version https://git-lfs', words: 'a Git LFS pointer, not the file itself' },
];

/** A phrase with its article ("a gzip file") for the first bytes of a file; up to 512 of them are looked at. */
export function looksLike(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  const mark = marks.find(({ bytes }) => starts(head, bytes));
  if (mark) return mark.words;
  if (head.every((byte) => byte === 0)) return 'a file of zeros';
  const text = new TextDecoder('utf-8', { fatal: false }).decode(head.subarray(0, 500)).trimStart().toLowerCase();
  if (text.startsWith('<!doctype') || text.startsWith('<html')) return 'a web page';
  if (text.startsWith('{') || text.startsWith('[')) return 'a JSON file';
  return isText(head) ? 'a text file' : 'something else';
}

function starts(head: Uint8Array, bytes: readonly number[] | string): boolean {
  const wanted = typeof bytes === 'string' ? [...bytes].map((c) => c.charCodeAt(0)) : bytes;
  return wanted.every((byte, i) => head[i] === byte);
}

function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}
