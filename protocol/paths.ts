/** What leaves the machine (exports, notebooks, records) never names its folders: absolute paths are cut to their last part. */

/** A path of two parts or more that starts at a root, a drive, a share or a home folder, wherever it stands in a text. */
const absolutePath = /(?<![\w.:/~\\-])(?:(?:file:\/\/)?\/|~\/|[A-Za-z]:[\\/]|\\\\)(?:[^\s"'`<>|:;,()[\]{}\\/]+[\\/])+([^\s"'`<>|:;,()[\]{}\\/]*)/g;

/** "reading /home/me/data/p1.h5ad failed" -> "reading p1.h5ad failed". Web addresses stay as they are. */
export function withoutPaths(text: string): string {
  // A text that is nothing but a path may have blanks in its folder names.
  if (/^(\/|~\/|[A-Za-z]:[\\/]|\\\\)[^\n]*[\\/][^\\/\n]+$/.test(text)) return text.replace(/^.*[\\/]/, '');
  return text.replace(absolutePath, (_whole, last: string) => last || '(folder)');
}

/** The same for every text inside a plain value, keys included. */
export function withoutPathsInside(value: unknown): unknown {
  if (typeof value === 'string') return withoutPaths(value);
  if (Array.isArray(value)) return value.map(withoutPathsInside);
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [withoutPaths(key), withoutPathsInside(inner)]));
  }
  return value;
}
