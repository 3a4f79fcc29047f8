import { execSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testPlates } from './testing/plates.cases.ts';

const root = join(import.meta.dirname, '../..');

test('the example of docs/loading.md trains a classifier', async () => {
  const plates = await testPlates(1000);
  try {
    const text = readFileSync(join(root, 'docs/loading.md'), 'utf8');
    const [code, command] = ['ts', 'sh'].map((kind) => new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(text)![1]!);
    // A checkout by links, so that the example lies in its folder and yet in nobody's way.
    const checkout = join(plates.folder, 'checkout');
    mkdirSync(checkout);
    for (const name of readdirSync(root)) if (!/^example\.ts$|\.h5ad$/.test(name)) symlinkSync(join(root, name), join(checkout, name));
    writeFileSync(join(checkout, 'example.ts'), code!);
    plates.files.slice(0, 2).forEach((file, i) => symlinkSync(file, join(checkout, `plate${i + 1}.h5ad`)));
    // Whatever Node there is on the PATH has no part in it.
    const said = execSync(command!, { cwd: checkout, encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
    const { cells, accuracy } = JSON.parse(said) as { cells: number; accuracy: number };
    expect(cells).toBe(700);
    // 50 lines: guessing is right in one cell of twenty at best.
    expect(accuracy).toBeGreaterThan(0.3);
  } finally {
    rmSync(plates.folder, { recursive: true });
  }
});

test('the page has the six layers with a default for each, and says when to iterate and when to look up', () => {
  const text = readFileSync(join(root, 'docs/loading.md'), 'utf8');
  for (const layer of ['cache', 'shuffle', 'concatenation', 'row groups', 'storage', 'loader']) expect(text).toMatch(new RegExp(`\\| ${layer} \\| [^|]+ \\| [^|]+ \\|`));
  expect(text).toMatch(/iterable \(`epoch`\) for training; `rows\(ids\)` for/);
});
