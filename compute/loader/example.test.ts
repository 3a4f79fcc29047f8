import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { testPlates } from './testing/plates.cases.ts';

test('the example of docs/loading.md trains a classifier', async () => {
  const plates = await testPlates(1000);
  try {
    const text = readFileSync(join(import.meta.dirname, '../../docs/loading.md'), 'utf8');
    const code = /```ts\n([\s\S]*?)```/.exec(text)![1]!;
    const path = join(plates.folder, 'example.ts');
    writeFileSync(path, code.replace('../compute/loader/index.ts', pathToFileURL(join(import.meta.dirname, 'index.ts')).href));
    const said = execFileSync(process.execPath, ['--no-warnings', path, ...plates.files], { encoding: 'utf8' });
    const { cells, accuracy } = JSON.parse(said) as { cells: number; accuracy: number };
    expect(cells).toBe(1200);
    // 50 lines: guessing is right in one cell of twenty at best.
    expect(accuracy).toBeGreaterThan(0.3);
  } finally {
    rmSync(plates.folder, { recursive: true });
  }
});

test('the page has the six layers with a default for each, and says when to iterate and when to look up', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/loading.md'), 'utf8');
  for (const layer of ['cache', 'shuffle', 'concatenation', 'row groups', 'storage', 'loader']) expect(text).toMatch(new RegExp(`\\| ${layer} \\| [^|]+ \\| [^|]+ \\|`));
  expect(text).toMatch(/iterable \(`epoch`\) for training; `rows\(ids\)` for/);
});
