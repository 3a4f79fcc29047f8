/**
 * How screens look: pictures of them on demo data, compared with those kept beside this test. What differs from day to day (times,
 * sizes, machine) is covered up. TRUCKEE_LOOKS=keep renews the kept ones; TRUCKEE_LOOKS_FOLDER names where the new ones go.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, type Served } from './browser.ts';
import { newDesk } from './desk.ts';
import { makeWorkspace } from './made.ts';

const kept = join(import.meta.dirname, 'looks');
const fresh = process.env['TRUCKEE_LOOKS_FOLDER'] ?? join(tmpdir(), 'truckee-looks');
const renew = process.env['TRUCKEE_LOOKS'] === 'keep';
const desk = newDesk('looks');
let run: string;
let served: Served;
let page: Page;

beforeAll(async () => {
  if (noBrowser !== null) return;
  mkdirSync(fresh, { recursive: true });
  ({ run } = await makeWorkspace(desk.workspace));
  ({ served, page } = await desk.open());
  await page.setViewportSize({ width: 900, height: 640 });
});

/** Texts that differ between runs and machines: their boxes are as wide as they happen to be, which a few per cent allow for. */
const changing = ['.step-head p', '.outcome', '.path', 'header p', 'main h1 ~ p', 'dl.pairs dd', '.guide-foot p', 'table td:nth-child(n+3)', '.run-moment'];

/** Runs in the page, which knows pictures: share of pixels that differ by more than a shade. */
const compare = `async ([first, second]) => {
  const pixels = async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  };
  const [p, q] = [await pixels(first), await pixels(second)];
  if (p.width !== q.width || p.height !== q.height) return 1;
  let differing = 0;
  for (let i = 0; i < p.data.length; i += 4) {
    if (Math.abs(p.data[i] - q.data[i]) + Math.abs(p.data[i + 1] - q.data[i + 1]) + Math.abs(p.data[i + 2] - q.data[i + 2]) > 72) differing += 1;
  }
  return differing / (p.data.length / 4);
}`;

function difference(...pictures: readonly [Buffer, Buffer]): Promise<number> {
  return page.evaluate<number>(`(${compare})(${JSON.stringify(pictures.map((png) => `data:image/png;base64,${png.toString('base64')}`))})`);
}

const screens = [
  ['home', () => '/', 'h1'], ['data', () => '/data', 'tbody tr'], ['guide', () => '/guide/pca-umap', 'text=4,000 cells'], ['run', () => `/runs/${run}`, '.step-done'], ['map', () => `/explore/${run}`, '.legend'],
  ['cells', () => `/cells/${run}`, '.cell-table tbody tr'], ['quality', () => `/quality/${run}`, '.violin'], ['genes', () => `/genes/${run}`, 'tbody tr'], ['workspace', () => '/workspace', 'dl'], ['query', () => '/query', 'h1'],
] as const;

describe.skipIf(noBrowser !== null)(`looks${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test.each(screens.flatMap(([name, path, ready]) => (['light', 'dark'] as const).map((scheme) => [name, scheme, path, ready] as const)))('%s, %s', async (name, scheme, path, ready) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto(`${served.base}${path()}`);
    await page.locator(ready).first().waitFor();
    await page.waitForTimeout(400);
    const now = await page.screenshot({ mask: changing.map((selector) => page.locator(selector)), maskColor: '#808080', animations: 'disabled' });
    const file = `${name}-${scheme}.png`;
    writeFileSync(join(fresh, file), now);
    if (renew) {
      mkdirSync(kept, { recursive: true });
      writeFileSync(join(kept, file), now);
    }
    expect(existsSync(join(kept, file)), `${file} is not kept yet: TRUCKEE_LOOKS=keep makes it`).toBe(true);
    expect(await difference(now, readFileSync(join(kept, file))), `the new picture is ${join(fresh, file)}`).toBeLessThan(0.06);
  });

  test('a picture that differs is told from one that does not', async () => {
    const [light, dark] = ['home-light.png', 'home-dark.png'].map((file) => readFileSync(join(fresh, file)));
    expect(await difference(light!, dark!)).toBeGreaterThan(0.5);
    expect(await difference(light!, light!)).toBe(0);
  });
});
