/** Markdown from values that may come from files: names, labels and notes never become markup. */
import { withoutPaths } from '../../protocol/paths.ts';

/** A text as plain words in a paragraph, list or table cell; paths are cut, line breaks become blanks. */
export function escapeMarkdown(text: string): string {
  return withoutPaths(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]!|~$]/g, (mark) => `\\${mark}`)
    .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    // What would begin a list, a heading or a quotation.
    .replace(/^(\s*)([-+]|#+)(?=\s|$)/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** A table; cells are finished Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replace(/\n/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A parameter or an outcome in short: numbers and texts as they are, lists up to eight, anything larger by its size. */
export function plainValue(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'number') return Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(6)));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(plainValue).join(', ');
    return value.length > 8 ? `${shown} ... (${value.length} in all)` : shown || 'none';
  }
  return Object.entries(value).map(([key, inner]) => `${key} ${plainValue(inner)}`).join('; ');
}
