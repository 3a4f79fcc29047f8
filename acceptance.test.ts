/** docs/acceptance.md names a test for every promise: each must exist under that very title. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Row {
  readonly line: string;
  readonly file: string;
  readonly title: string;
}

const root = import.meta.dirname;
const table = readFileSync(join(root, 'docs', 'acceptance.md'), 'utf8').split('\n').filter((line) => /^\| [CW]\d/.test(line));
const rows = table.map((line): Row => {
  const found = /^\| ([CW]\d+) \| .+ \| `([^`]+)`: (.+) \|$/.exec(line);
  if (!found) throw new Error(`docs/acceptance.md: cannot read '${line}'`);
  return { line: found[1]!, file: found[2]!, title: found[3]! };
});

/** A title as it stands between quotes in the source; it may go on after the part that is quoted (a count, a reason). */
const holds = (source: string, title: string): boolean => {
  const escaped = title.replaceAll("'", "\\'");
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}`) || source.includes(`${quote}${escaped}`));
};

test.each(rows)('$line: $title', ({ file, title }) => {
  const path = join(root, file);
  expect(existsSync(path), `${file} is missing`).toBe(true);
  expect(holds(readFileSync(path, 'utf8'), title), `${file} has no test '${title}'`).toBe(true);
});

test('the engine and the command line hold their lines', () => {
  const held = new Set(rows.map(({ line }) => line));
  const promised = [3, 5, 6, 11, 12, 30, 32, 34, 35, 36, 37, 38, 39, 45, 46, 48, 76, 90].map((number) => `C${number}`);
  expect(promised.filter((line) => !held.has(line))).toEqual([]);
});
