/**
 * The workbench's own figures, in headless Chromium with software GL: how soon the first screen paints and answers, how a million
 * points draw, recolour and pan, maps in squares and tables of real runs over many cells, a workspace with many results.
 * `node bench/screen.ts [--points N] [--cells N,N] [--rounds N]`
 */
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { addJobResult, endJob, insertJob, jobPlan, listJobs, resultsOfJob, setJobRunning } from '../main/catalog/jobs.ts';
import { findResult, insertResult, listResults } from '../main/catalog/results.ts';
import { openWorkspace } from '../main/workspace.ts';
import { asFingerprint, asJobId } from '../protocol/ids.ts';
import { encodeView } from '../protocol/view-file.ts';
import { openBrowser, openPage, serveWorkspace } from '../e2e/workbench/browser.ts';
import { runCommand } from './harness/measure.ts';
import { median } from './harness/rounds.ts';
import { peerProgram, truckee } from './harness/truckee.ts';
import { loadNow } from './harness/idle.ts';

const { values } = parseArgs({ options: { points: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' }, cells: { type: 'string', default: '1000000,10000000' } } });
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
const browser = await openBrowser();

/** Looks again and again: the page's policy lets no test wait inside it. */
async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate<boolean>(expression).catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function firstScreen(): Promise<void> {
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
}

/** Points one by one, whatever this browser would choose by itself. */
async function singlePoints(): Promise<void> {
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
    await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'Explore' }).click();
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
  console.log(`${points.toLocaleString('en')} points: drawn ${seconds(first)} (reach 2 s), recoloured ${seconds(recolour)}, panned ${seconds(median(pans))} (reach 0.1 s)`);
  await page.context().close();
  await served.stop();
}

/** A real run over that many cells: its map in squares, and its table. */
async function manyCells(cells: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-many-'));
  try {
    const file = join(folder, 'many.h5ad');
    await runCommand(peerProgram('many_cells', file, `${cells}`), 1);
    await runCommand(truckee('add', file, '--workspace', folder), 2);
    await runCommand(truckee('run', join(import.meta.dirname, 'recipes/components.json'), '--workspace', folder, '--memory', '4GiB'), 2);
    const served = await serveWorkspace(folder);
    const { page } = await openPage(browser, served);
    await page.locator('h1').waitFor();
    const map = '[data-testid=density]';
    const times: Record<string, number> = {};
    const timed = async (what: string, act: () => Promise<unknown>): Promise<void> => {
      const from = performance.now();
      await act();
      times[what] = performance.now() - from;
    };
    const frames = (): Promise<number> => page.evaluate<number>(`Number(document.querySelector('${map}')?.dataset.drawn ?? 0)`);
    const another = async (act: () => Promise<unknown>): Promise<void> => {
      const before = await frames();
      await act();
      await until(page, `Number(document.querySelector('${map}')?.dataset.drawn ?? 0) > ${before}`);
    };
    const recolour = async (name: string): Promise<void> => {
      await page.getByLabel('Colour', { exact: true }).first().fill(name);
      await page.getByRole('option', { name, exact: true }).click();
      await until(page, `document.querySelector('${map}')?.dataset.column === '${name}'`);
    };
    await timed('first look, engine and columns cold', () => another(() => page.getByRole('navigation').getByRole('link', { name: 'Explore' }).click()));
    await page.locator('.scale, .legend').first().waitFor();
    // Columns are copied flat when they are first looked at; then pictures of another part show what a picture takes.
    await recolour('line');
    await recolour('score');
    rmSync(join(folder, 'cache/views'), { recursive: true, force: true });
    await page.goto(`${served.base}/runs`);
    await page.locator('h1').waitFor();
    await timed('drawn', () => another(() => page.getByRole('navigation').getByRole('link', { name: 'Explore' }).click()));
    await page.locator('.scale, .legend').first().waitFor();
    await timed('recoloured', () => recolour('line'));
    await page.locator('.plot-frame').focus();
    await timed('panned', () => another(() => page.keyboard.press('ArrowLeft')));
    await page.getByRole('link', { name: 'Cells', exact: true }).click();
    const filled = (): Promise<void> => until(page, `(document.querySelector('.cell-table tbody th')?.textContent ?? '…') !== '…'`);
    await filled();
    await timed('sorted', async () => {
      await page.getByRole('button', { name: 'score', exact: true }).click();
      await page.getByRole('button', { name: 'score ↑' }).waitFor();
      await filled();
    });
    await page.locator('.cell-table').focus();
    await timed('last rows', async () => {
      await page.keyboard.press('End');
      await until(page, `!(document.querySelector('.cell-table').scrollTop < 1000)`);
      await filled();
    });
    const rows = await page.locator('.cell-table tbody tr').count();
    console.log(`${cells.toLocaleString('en')} cells in squares: ${Object.entries(times).map(([what, ms]) => `${what} ${seconds(ms)}`).join(', ')}; ${rows} rows in the page`);
    await page.context().close();
    await served.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The workspace with its run recorded so often that it has 200 results. */
async function manyResults(): Promise<void> {
  const opened = openWorkspace(workspace);
  const [job] = listJobs(opened.catalog);
  const results = resultsOfJob(opened.catalog, job!.id);
  const at = new Date().toISOString();
  for (let made = results.length; made < 200; made += results.length) {
    const id = asJobId(randomUUID());
    insertJob(opened.catalog, { id, kind: job!.kind, recipe: job!.recipe, plan: jobPlan(opened.catalog, job!.id), queuedAt: at });
    setJobRunning(opened.catalog, id);
    results.forEach((result, position) => {
      const fingerprint = asFingerprint(createHash('sha256').update(`${result.fingerprint}${made}`).digest('hex'));
      const row = findResult(opened.catalog, result.fingerprint)!;
      const folder = `${row.folder.slice(0, row.folder.lastIndexOf('-'))}-${fingerprint.slice(0, 16)}`;
      cpSync(join(opened.folders.results, row.folder), join(opened.folders.results, folder), { recursive: true });
      insertResult(opened.catalog, { ...row, fingerprint, folder });
      addJobResult(opened.catalog, id, position, { ...result, fingerprint });
    });
    endJob(opened.catalog, id, { kind: 'done', seconds: 1, cpuSeconds: 1, peakBytes: 1 }, at);
  }
  const total = listResults(opened.catalog).length;
  opened.close();
  const times: number[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const from = performance.now();
    const served = await serveWorkspace(workspace);
    const { page } = await openPage(browser, served);
    await page.getByRole('heading', { name: 'Latest runs' }).waitFor();
    times.push(performance.now() - from);
    await page.context().close();
    await served.stop();
  }
  console.log(`a workspace with ${total} results, from the command to its first screen: ${seconds(median(times))} (reach 1 s)`);
}

try {
  await runCommand(truckee('start', '--headless', '--workspace', workspace), 2);
  console.log(`load ${loadNow()}, software GL`);
  await firstScreen();
  await singlePoints();
  for (const cells of values.cells.split(',').map(Number)) await manyCells(cells);
  await manyResults();
} finally {
  await browser.close();
  rmSync(workspace, { recursive: true, force: true });
}
