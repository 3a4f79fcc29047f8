/** A new user, without a word of documentation: empty workspace, demo plates, a run, the map, a figure and a notebook in hand. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk } from './desk.ts';

const desk = newDesk('workbench');
const { workspace } = desk;
let served: Served;
let watched: Watched;

beforeAll(async () => {
  if (noBrowser !== null) return;
  ({ served, watched } = await desk.open());
});

describe.skipIf(noBrowser !== null)(`a new user${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('makes demo plates with one press and sees what they are', async () => {
    const { page } = watched;
    await page.getByRole('heading', { name: 'Welcome to Truckee' }).waitFor();
    await page.getByRole('button', { name: 'Make demo plates' }).click();
    await page.getByRole('heading', { name: '12,000 cells in 3 data sets' }).waitFor();
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByRole('button', { name: 'plate1_demo' }).click();
    await page.getByText('4,000 cells × 62,710 genes').waitFor();
    expect(await page.getByText('Demo data').count()).toBeGreaterThan(0);
  });

  test('asks for cells by drug and line, and is told near names', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await page.getByLabel('Drug').fill('DMSO_TF');
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('heading', { name: /^[\d,]+ cells$/ }).waitFor();
    await page.getByText('cells counted in the registered files').waitFor();
    expect(await page.locator('tbody').first().locator('tr').count()).toBe(3);
    await page.getByLabel('Drug').fill('DMSO_TG');
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('alert').filter({ hasText: 'DMSO_TG' }).waitFor();
  });

  test('runs the guide with at most five questions', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await page.getByRole('link', { name: /From counts to clusters/ }).first().click();
    expect(await page.locator('.mantine-Stepper-step').count()).toBeLessThanOrEqual(5);
    await page.getByText(/12,000 cells, about/).waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('link', { name: 'Explore', exact: true }).nth(1).waitFor();
    expect(await page.locator('.step-done').count()).toBe(10);
  });

  test('takes figure, notebook and table along, and can fetch them', async () => {
    const { page } = watched;
    for (const [button, ending] of [['Figure', '.svg'], ['Notebook', '.ipynb'], ['Table', '.csv'], ['h5ad', '.h5ad'], ['Zarr', '.zarr'], ['Record', '.md']] as const) {
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.locator('td', { hasText: ending }).first().waitFor();
    }
    expect(readdirSync(join(workspace, 'figures')).filter((name) => name.endsWith('.svg'))).toHaveLength(1);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a', { hasText: '.ipynb' }).click()]);
    const notebook = JSON.parse(readFileSync(await download.path(), 'utf8')) as { nbformat: number };
    expect(notebook.nbformat).toBe(4);
    const [png] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG, 300 dpi' }).click()]);
    const image = readFileSync(await png.path());
    expect(image.subarray(1, 4).toString()).toBe('PNG');
    expect(image.readUInt32BE(16)).toBeGreaterThan(1500);
    const [pdf] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PDF' }).click()]);
    const file = await pdf.path();
    expect(readFileSync(file).subarray(0, 5).toString()).toBe('%PDF-');
    const text = spawnSync('pdftotext', [file, '-'], { encoding: 'utf8' });
    // The text is text, in a font of its own: it can be searched, and no sign is lost.
    if (!text.error) expect(text.stdout).toMatch(/UMAP1[\s\S]*Demo data|Demo data[\s\S]*UMAP1/);
  });

  test('sees the map, colours it, chooses a category and filters by a number', async () => {
    const { page } = watched;
    await page.getByRole('navigation').getByRole('link', { name: 'Explore' }).click();
    await page.getByTestId('embedding').waitFor();
    await page.getByText(/of 11,\d+ cells/).waitFor();
    const painted = (): Promise<number> => page.evaluate<number>(`(() => { const c = document.querySelector('[data-testid=embedding]'); const g = c.getContext('webgl2'); const p = new Uint8Array(4 * c.width * c.height); g.readPixels(0, 0, c.width, c.height, g.RGBA, g.UNSIGNED_BYTE, p); let n = 0; for (let i = 3; i < p.length; i += 4) if (p[i] > 100) n++; return n; })()`);
    await expect.poll(painted).toBeGreaterThan(2000);
    const all = await painted();
    await page.locator('.legend button').first().click();
    await expect.poll(painted).toBeLessThan(all / 2);
    await page.getByRole('button', { name: 'show all' }).click();
    await page.getByLabel('Colour', { exact: true }).first().fill('pct_counts_mt');
    await page.getByRole('option', { name: 'pct_counts_mt' }).click();
    await page.locator('.scale').waitFor();
    await page.getByRole('combobox', { name: 'Or a gene' }).fill('MT-CO9');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'MT-CO1' }).waitFor();
    await page.getByRole('combobox', { name: 'Or a gene' }).fill('MT-CO1');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByLabel('Scale of MT-CO1').waitFor();
    await page.getByLabel('Filter by').first().fill('total_counts');
    await page.getByRole('option', { name: 'total_counts', exact: true }).click();
    const histogram = page.locator('.histogram svg').first();
    await histogram.waitFor();
    const box = (await histogram.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.95, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.getByText(/cells chosen/).waitFor();
  });

  test('takes a view back step by step, and finds it again after a reload', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/explore`);
    const color = page.getByLabel('Colour', { exact: true }).first();
    await page.locator('.legend').waitFor();
    const usual = await color.inputValue();
    await color.fill('leiden');
    await page.getByRole('option', { name: 'leiden', exact: true }).click();
    await page.getByLabel('Categories of leiden: press one to show it alone').waitFor();
    await page.locator('.legend button').first().click();
    await page.reload();
    await page.getByRole('button', { name: 'show all' }).waitFor();
    expect(await color.inputValue()).toBe('leiden');
    await page.goto(`${served.base}/explore`);
    await page.locator('.legend').waitFor();
    await color.fill('plate');
    await page.getByRole('option', { name: 'plate', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await color.inputValue()).toBe(usual);
    await page.locator('.plot-frame').focus();
    await page.keyboard.press('Control+Shift+Z');
    await expect.poll(() => color.inputValue()).toBe('plate');
    await page.keyboard.press('Control+z');
    await expect.poll(() => color.inputValue()).toBe(usual);
  });

  test('chooses cells by lasso, names them and finds them again', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/explore`);
    await page.locator('.legend').waitFor();
    await page.getByText('Lasso', { exact: true }).click();
    const frame = (await page.locator('.plot-frame').boundingBox())!;
    const corner = (x: number, y: number): [number, number] => [frame.x + frame.width * x, frame.y + frame.height * y];
    await page.mouse.move(...corner(0.1, 0.1));
    await page.mouse.down();
    for (const [x, y] of [[0.6, 0.1], [0.6, 0.6], [0.1, 0.6]] as const) await page.mouse.move(...corner(x, y), { steps: 6 });
    await page.mouse.up();
    const chosen = (await page.getByText(/cells chosen/).textContent())!;
    await page.getByLabel(/Name these/).fill('upper <left>');
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('button', { name: 'upper <left>', exact: true }).waitFor();
    await page.goto(`${served.base}/explore`);
    await page.getByRole('button', { name: 'upper <left>', exact: true }).click();
    await expect.poll(() => page.getByText(/cells chosen/).textContent()).toBe(chosen);
    await page.getByRole('button', { name: 'Clear choice' }).click();
    await page.getByText(/of 11,\d+ cells$/).waitFor();
  });

  test('changes one thing: only what depends on it is computed again', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: /From counts to clusters/ }).first().click();
    await page.getByRole('link', { name: 'Change something and run again' }).click();
    for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: /Leiden clusters/ }).click();
    await page.getByLabel('resolution').fill('0.5');
    await page.getByText('1 changed').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('link', { name: 'Explore', exact: true }).nth(1).waitFor();
    expect(await page.getByText('unchanged, reused').count()).toBe(9);
  });

  test('every page passes axe, light and dark', async () => {
    const { page } = watched;
    const found: string[] = [];
    for (const path of ['/', '/data', '/query', '/guide/pca-umap', '/runs', '/explore', '/help']) {
      await page.goto(`${served.base}${path}`);
      await page.locator('h1, .explore').first().waitFor();
      await page.waitForTimeout(300);
      found.push(...(await axeFaults(page, path)));
    }
    expect(found).toEqual([]);
  });

  test('goes everywhere by keyboard', async () => {
    const { page } = watched;
    await page.goto(served.base);
    await page.locator('h1').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Pages, guides, runs').fill('Help');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Help', exact: true }).waitFor();
    await page.goto(`${served.base}/explore`);
    await page.locator('.plot-frame').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('0');
  });

  test('nothing on the way was an error or a request to elsewhere', () => {
    // The browser itself notes the answers to the misspelt gene and the misspelt drug.
    expect(watched.faults.filter((fault) => !/status of (404|422)/.test(fault))).toEqual([]);
    expect(watched.faults.length).toBeLessThanOrEqual(2);
  });
});
