/**
 * The workbench's own figures: how soon the first screen paints and answers, and how a million points draw, recolour and pan,
 * in headless Chromium with software GL. `node bench/screen.ts [--points 1000000]`; the points are made up, the page is the real one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeView } from '../protocol/view-file.ts';
import { openBrowser, openPage, serveWorkspace } from '../e2e/workbench/browser.ts';
import { runCommand } from './harness/measure.ts';
import { median } from './harness/rounds.ts';
import { truckee } from './harness/truckee.ts';
import { loadNow } from './harness/idle.ts';

const { values } = parseArgs({ options: { points: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } } });
const points = Number(values.points);
const workspace = mkdtempSync(join(tmpdir(), 'truckee-screen-'));

/** Fifty clouds of points, coloured by cloud or by a number. */
function madeUp(colour: string | null): Uint8Array {
  const [x, y] = [new Float32Array(points), new Float32Array(points)];
  const codes = new Int32Array(points);
  for (let i = 0; i < points; i++) {
    const cloud = i % 50;
    const [angle, radius] = [i * 2.399963, Math.sqrt((i / points) * 1.2) * (0.6 + 0.4 * Math.sin(i))];
    x[i] = (cloud % 10) * 3 + radius * Math.cos(angle);
    y[i] = Math.floor(cloud / 10) * 3 + radius * Math.sin(angle);
    codes[i] = cloud;
  }
  const shared = { truckeeView: 1, basis: 'X_umap', axes: ['UMAP1', 'UMAP2'] as [string, string], points, placed: points, cells: points, varianceRatio: null, demo: true } as const;
  if (colour === 'cell_line') {
    const counts = Array.from({ length: 50 }, () => points / 50);
    return encodeView({ header: { ...shared, color: { kind: 'categories', column: colour, categories: counts.map((_, i) => `line ${i}`), counts, missing: 0 } }, x, y, codes, values: null });
  }
  return encodeView({ header: { ...shared, color: { kind: 'numbers', column: colour ?? '', min: 0, max: 49, missing: 0 } }, x, y, codes: null, values: Float32Array.from(codes) });
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

await runCommand(truckee('start', '--headless', '--workspace', workspace), 2);
const browser = await openBrowser();
try {
  const paints: number[] = [];
  const ready: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const served = await serveWorkspace(workspace);
    const { page } = await openPage(browser, served);
    await page.getByRole('link', { name: /From counts to clusters/ }).first().waitFor();
    ready.push(await page.evaluate<number>('performance.now()'));
    paints.push(await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`));
    await page.context().close();
    await served.stop();
  }
  console.log(`first paint ${seconds(median(paints))} (reach 1 s), first screen complete ${seconds(median(ready))} (reach 2 s)`);

  const served = await serveWorkspace(workspace);
  const { page } = await openPage(browser, served);
  const bodies = new Map([['cell_line', Buffer.from(madeUp('cell_line'))], ['other', Buffer.from(madeUp('pct_counts_mt'))]]);
  await page.route('**/api/views/points*', (route) =>
    route.fulfill({ status: 200, contentType: 'application/octet-stream', body: bodies.get(new URL(route.request().url()).searchParams.get('color') ?? '') ?? bodies.get('other')! }));
  // A frame that has been read back has been drawn.
  const drawn = (): Promise<void> => page.evaluate<void>(`new Promise((done) => { const look = () => { const c = document.querySelector('[data-testid=embedding]'); const g = c?.getContext('webgl2'); if (!g || c.width < 10) return requestAnimationFrame(look); requestAnimationFrame(() => { const p = new Uint8Array(4); g.readPixels(0, 0, 1, 1, g.RGBA, g.UNSIGNED_BYTE, p); done(); }); }; look(); })`);
  const timed = async (act: () => Promise<unknown>): Promise<number> => {
    const from = performance.now();
    await act();
    await drawn();
    return performance.now() - from;
  };
  await page.locator('h1').waitFor();
  const first = await timed(async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Explore' }).click();
    await page.locator('.legend').waitFor();
  });
  const recolour = await timed(async () => {
    await page.getByLabel('Colour', { exact: true }).first().fill('pct_counts_mt');
    await page.getByRole('option', { name: 'pct_counts_mt' }).click();
    await page.locator('.scale').waitFor();
  });
  const pans: number[] = [];
  await page.locator('.plot-frame').focus();
  for (let i = 0; i < 5; i++) pans.push(await timed(() => page.keyboard.press('ArrowLeft')));
  console.log(`${points.toLocaleString('en')} points: drawn ${seconds(first)} (reach 2 s), recoloured ${seconds(recolour)}, panned ${seconds(median(pans))}; software GL, load ${loadNow()}`);
  await served.stop();
} finally {
  await browser.close();
  rmSync(workspace, { recursive: true, force: true });
}
