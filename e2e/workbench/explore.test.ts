/** Looking at a finished run: the map in squares, choices by box and labels, the table of cells, quality with limits, genes. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk } from './desk.ts';
import { makeWorkspace } from './made.ts';

const desk = newDesk('explore');
let run: string;
let served: Served;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  if (noBrowser !== null) return;
  ({ run } = await makeWorkspace(desk.workspace));
  ({ served, watched, page } = await desk.open());
});

const chosenCells = async (): Promise<number> => Number(/^([\d,]+) of/.exec((await page.getByText(/cells chosen$/).textContent())!)![1]!.replaceAll(',', ''));
const address = (path: string, view?: unknown): string => `${served.base}${path}${view === undefined ? '' : `?view=${encodeURIComponent(JSON.stringify(view))}`}`;

describe.skipIf(noBrowser !== null)(`looking at a run${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('the map in squares counts every cell, sharpens where one looks, and takes the same choices as points', async () => {
    await page.goto(address(`/explore/${run}`));
    await page.getByText('Density', { exact: true }).click();
    const canvas = page.getByTestId('density');
    await canvas.waitFor();
    const painted = (): Promise<number> => page.evaluate<number>('(() => { const c = document.querySelector("[data-testid=density]"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i] > 60) n++; return n; })()');
    await expect.poll(painted).toBeGreaterThan(2000);
    await page.locator('.legend button').first().click();
    await expect.poll(chosenCells).toBe(Number((await page.locator('.legend .count').first().textContent())!.replaceAll(',', '')));
    const alone = await chosenCells();
    await page.getByText('Points', { exact: true }).click();
    await expect.poll(chosenCells).toBe(alone);
    await page.getByText('Density', { exact: true }).click();
    await page.getByRole('button', { name: 'show all' }).click();
    // Zoomed in, a finer part comes for what is in view.
    const part = page.waitForRequest((request) => request.url().endsWith('/api/views/raster') && (request.postData() ?? '').includes('"region":['));
    await page.locator('.plot-frame').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('+');
    await part;
    // Without a pointer: what is in view is chosen by Enter.
    await page.getByText('Box', { exact: true }).click();
    await page.locator('.plot-frame').focus();
    await page.keyboard.press('Enter');
    const boxed = await chosenCells();
    expect(boxed).toBeGreaterThan(0);
    expect(boxed).toBeLessThan(11_000);
    await page.getByRole('button', { name: 'Clear choice' }).click();
  });

  test('labels of any column can be ticked; the table shows just the cells chosen, in any order, with few rows in the page', async () => {
    await page.goto(address(`/explore/${run}`));
    await page.locator('.legend').waitFor();
    await page.getByLabel('Filter by').first().fill('plate');
    await page.getByRole('option', { name: 'plate', exact: true }).click();
    const ticks = page.getByLabel('Labels of plate: tick those to keep');
    await ticks.getByRole('checkbox').first().check();
    const one = await chosenCells();
    await ticks.getByRole('checkbox').nth(1).check();
    await expect.poll(chosenCells).toBeGreaterThan(one);
    await ticks.getByRole('checkbox').nth(1).uncheck();
    await page.getByRole('navigation', { name: 'Pages of this run' }).getByRole('link', { name: 'Cells' }).click();
    await page.getByRole('heading', { name: `${one.toLocaleString('en')} cells` }).waitFor();
    await page.getByText('Only the cells chosen on the map.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('heading', { name: /^11,\d+ cells$/ }).waitFor();
    const rows = page.locator('.cell-table tbody tr');
    await page.getByRole('button', { name: 'total_counts', exact: true }).click();
    await page.getByRole('button', { name: 'total_counts ↑' }).waitFor();
    const at = (await page.locator('.cell-table thead th').allTextContents()).findIndex((name) => name.startsWith('total_counts'));
    const counts = async (): Promise<number[]> => (await Promise.all((await rows.all()).slice(0, 10).map((row) => row.locator('th, td').nth(at).textContent()))).map((text) => Number(text!.replaceAll(',', '')));
    await expect.poll(async () => (await counts()).filter((count) => count > 0).length).toBe(10);
    const lowest = await counts();
    expect(lowest).toEqual([...lowest].sort((a, b) => a - b));
    await page.locator('.cell-table').focus();
    await page.keyboard.press('End');
    await expect.poll(async () => Math.min(...(await counts()))).toBeGreaterThan(Math.max(...lowest));
    expect(await rows.count()).toBeLessThan(50);
    await page.getByRole('button', { name: 'total_counts ↑' }).click();
    await expect.poll(async () => (await counts())[0]!).toBeGreaterThan(lowest[9]!);
    const name = (await rows.nth(3).locator('th').textContent())!;
    await page.keyboard.press('Home');
    await page.getByLabel('Find a cell').fill(name);
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await expect.poll(() => rows.first().locator('th').textContent()).toBe(name);
    await page.getByLabel('Find a cell').fill('no such cell');
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'no such cell' }).waitFor();
  });

  test('limits are tried on quality at once, and a run with them keeps exactly as many cells', async () => {
    await page.goto(address(`/quality/${run}`));
    await page.getByText(/^11,\d+ of 12,000 cells$/).waitFor();
    const passing = async (): Promise<number> => Number(/^([\d,]+) of/.exec((await page.getByText(/of 12,000 cells$/).textContent())!)![1]!.replaceAll(',', ''));
    const before = await passing();
    await page.getByLabel('min_genes').fill('800');
    await expect.poll(passing).toBeLessThan(before);
    const histogram = page.getByLabel('Mitochondrial counts, %', { exact: true }).locator('.histogram svg');
    await histogram.scrollIntoViewIfNeeded();
    const box = (await histogram.boundingBox())!;
    await page.mouse.move(box.x + 2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
    await page.mouse.up();
    expect(Number(await page.getByLabel('max_pct_mt').inputValue())).toBeGreaterThan(0);
    const expected = await passing();
    await page.getByRole('link', { name: 'Run again with these limits' }).click();
    await expect.poll(() => page.getByLabel('min_genes (genes)').inputValue()).toBe('800');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('link', { name: 'Explore', exact: true }).nth(1).waitFor();
    await page.getByText(new RegExp(`\\b${expected.toLocaleString('en')}\\b`)).first().waitFor();
  });

  test('genes are found by part of their name, and lead to the map', async () => {
    await page.goto(address(`/genes/${run}`));
    await page.getByRole('heading', { name: '62,710 genes' }).waitFor();
    await page.getByText(/variable genes, in colour/).waitFor();
    expect(await page.locator('tbody tr').count()).toBe(60);
    await page.getByLabel('Find a gene').fill('mt-co');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(3);
    await page.getByRole('link', { name: 'MT-CO2' }).click();
    await page.getByLabel('Scale of MT-CO2').waitFor();
    await page.getByRole('button', { name: 'Back to the column' }).click();
    const box = page.getByRole('combobox', { name: 'Or a gene' });
    await box.fill('mt-n');
    await page.getByRole('option', { name: 'MT-ND1' }).click();
    await page.getByLabel('Scale of MT-ND1').waitFor();
  });

  test('two named choices are compared by their make-up, and by their genes', async () => {
    for (const [name, phase] of [['first', 'G1'], ['second', 'G2M']] as const) {
      await page.goto(address(`/explore/${run}`, { groups: { phase: [phase] } }));
      await page.getByLabel(/Name these/).fill(name);
      await page.getByRole('button', { name: 'Keep' }).click();
      await page.getByRole('button', { name, exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'Compare two choices' }).click();
    const box = page.getByRole('region', { name: 'Two choices compared' });
    await box.getByLabel('Make-up by').selectOption('phase');
    await expect.poll(() => box.locator('tbody tr').allTextContents(), { timeout: 120_000 }).toEqual(expect.arrayContaining(['G1100.0 %0.0 %', 'G2M0.0 %100.0 %']));
    await box.getByRole('button', { name: 'Genes that differ' }).click();
    await page.waitForURL(/\/runs\//);
    await page.getByRole('link', { name: 'Drug effects' }).last().click();
    await page.getByText(/^Volcano: target against /).waitFor();
    await page.getByRole('table', { name: 'Genes of the condition' }).locator('tbody tr').first().waitFor();
  });

  test('these pages pass axe, light and dark', async () => {
    const found: string[] = [];
    for (const [path, ready] of [[`/explore/${run}`, '.legend'], [`/cells/${run}`, '.cell-table tbody tr'], [`/quality/${run}`, '.violin'], [`/genes/${run}`, 'tbody tr']] as const) {
      await page.goto(address(path, path.startsWith('/explore') ? { draw: 'density', filters: { total_counts: [0, 2000] }, groups: { plate: null } } : undefined));
      await page.locator(ready).first().waitFor();
      found.push(...(await axeFaults(page, path)));
    }
    expect(found).toEqual([]);
  });

  test('nothing on the way was an error', () => {
    expect(watched.faults.filter((fault) => !/422|404/.test(fault))).toEqual([]);
  });
});
