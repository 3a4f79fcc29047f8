import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layers } from './help.table.ts';

test('the six layers of loading stand in the help as in the documentation', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/loading.md'), 'utf8');
  expect(layers.map(({ layer }) => layer)).toEqual(['cache', 'shuffle', 'concatenation', 'row groups', 'storage', 'loader']);
  for (const { layer, choices, ours } of layers) expect(text.replaceAll('`', '')).toContain(`| ${layer} | ${choices} | ${ours} |`);
});
