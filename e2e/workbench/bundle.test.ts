/** The first screen stays small; plots come when they are needed. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../dist/renderer');
const built = existsSync(join(folder, 'index.html'));
const gzipped = (name: string): number => gzipSync(readFileSync(join(folder, name))).length;

describe.skipIf(!built)(`the built pages${built ? '' : ' (npm run build has not run)'}`, () => {
  const html = built ? readFileSync(join(folder, 'index.html'), 'utf8') : '';
  const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]!);

  test('load at most 350 kB for the first screen', () => {
    expect(first.length).toBeGreaterThan(1);
    const bytes = ['index.html', ...first].reduce((sum, name) => sum + gzipped(name), 0);
    console.log(`first screen: ${Math.round(bytes / 1000)} kB gzip in ${first.length} files`);
    expect(bytes).toBeLessThan(350_000);
  });

  test('bring map, PDF writer and fonts for figures only later', () => {
    const names = readdirSync(join(folder, 'assets'));
    for (const part of ['ExplorePage', 'jspdf', 'svg2pdf', 'GuidePage']) {
      expect(names.some((name) => name.includes(part)), part).toBe(true);
      expect(first.some((name) => name.includes(part)), part).toBe(false);
    }
  });

  test('hold nothing from elsewhere', () => {
    expect(html).not.toMatch(/https?:\/\//);
    for (const name of first.filter((one) => one.endsWith('.css'))) expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/url\(["']?https?:/);
  });
});
