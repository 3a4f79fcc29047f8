/** What drugs do to genes, on pages: choosing, volcano, genes, doses, heatmap, agreement, tables; the page of an integration. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBatches } from '../support/batches.ts';
import { truckee } from '../support/truckee.ts';
import { noBrowser, openBrowser, openPage, serveWorkspace, type Served, type Watched } from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-de-pages-'));
const workspace = join(folder, 'workspace');
let run: string;
let integrated: string;
let served: Served;
let browser: Browser;
let watched: Watched;
let page: Page;
const shot = async (name: string): Promise<void> => {
  const target = process.env['TRUCKEE_SCREENSHOTS'];
  if (target) await page.screenshot({ path: join(target, `${name}.png`), fullPage: true });
};

beforeAll(async () => {
  if (noBrowser !== null) return;
  const made = await truckee(['generate', folder, '--plates', '3', '--cells', '5000', '--genes', '1500', '--lines', '2', '--seed', '7', '--workspace', workspace]);
  await truckee(['add', ...(made.last['files'] as string[]), '--workspace', workspace]);
  run = String((await truckee(['de', '--workspace', workspace])).last['run']);
  const plate = await makeBatches(folder, 'shifted', { batches: 3, cells: 600, shift: 5 });
  await truckee(['add', plate, '--workspace', `${workspace}`]);
  const steps = [...['qc', 'normalize', 'log1p', 'hvg', 'pca'].map((step) => ({ step })), { step: 'integrate', params: { batch_key: 'batch', label_key: 'type', n_centroids_per_batch: 64 } }];
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ truckee: 1, name: 'integrate', datasets: [{ name: 'shifted' }], steps }));
  integrated = String((await truckee(['run', join(folder, 'recipe.json'), '--workspace', workspace])).last['run']);
  served = await serveWorkspace(workspace);
  browser = await openBrowser();
  watched = await openPage(browser, served);
  page = watched.page;
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const tab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();

describe.skipIf(noBrowser !== null)(`drug effects${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('the strongest condition comes first; its genes lead to their doses', async () => {
    await page.goto(`${served.base}/de/${run}`);
    await page.getByRole('heading', { name: 'Drug effects' }).waitFor();
    await page.getByText(/^Volcano: /).waitFor();
    const rows = page.getByRole('table', { name: 'Genes of the condition' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(50);
    await shot('de-condition');
    await page.getByText('MA', { exact: true }).click();
    await page.getByText(/^MA: /).waitFor();
    await shot('de-ma');
    const gene = (await rows.first().getByRole('button').textContent())!;
    await rows.first().getByRole('button').click();
    await page.getByRole('region', { name: `Gene ${gene}` }).getByRole('table', { name: `${gene} in all comparisons` }).waitFor();
    await shot('de-gene');
    expect(new URL(page.url()).searchParams.get('gene')).toBe(gene);
  });

  test('drug, dose and line are chosen by keyboard, and the address keeps them', async () => {
    await tab('Condition');
    const drug = page.getByRole('combobox', { name: 'Drug' });
    await drug.fill('Alpelisib');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText(/^(Volcano|MA): Alpelisib, /).waitFor();
    const address = page.url();
    await page.reload();
    await page.getByText(/^(Volcano|MA): Alpelisib, /).waitFor();
    expect(page.url()).toBe(address);
    await page.getByLabel('Find a gene in this condition').fill('mt-');
    await expect.poll(() => page.getByRole('table', { name: 'Genes of the condition' }).locator('tbody tr').count()).toBeLessThan(50);
  });

  test('heatmap, agreement between strata and what was skipped', async () => {
    await tab('Heatmap');
    await page.getByText(/^log2 fold changes of leading genes/).waitFor();
    await shot('de-heatmap');
    const download = page.waitForEvent('download');
    await page.getByRole('group', { name: /^Save heatmap/ }).getByRole('button', { name: 'SVG' }).click();
    expect((await download).suggestedFilename()).toMatch(/^heatmap-.*\.svg$/);
    await tab('Agreement');
    await page.getByRole('table', { name: /^Agreement of / }).waitFor();
    await shot('de-agreement');
    await tab('Notes and skipped');
    await page.getByRole('table', { name: 'Skipped, because' }).getByText(/fewer than 10/).first().waitFor();
    await shot('de-skipped');
  });

  test('a table of as many rows as wanted is written and can be downloaded', async () => {
    await tab('Tables');
    await page.getByLabel('Genes of each condition at most').fill('7');
    await page.getByLabel('fdr below').fill('');
    await page.getByRole('button', { name: 'Write CSV' }).click();
    const link = page.getByRole('link', { name: /\.csv$/ });
    await link.waitFor();
    const text = await page.evaluate<string>(`fetch(${JSON.stringify(await link.getAttribute('href'))}).then((r) => r.text())`);
    expect(text.trimEnd().split('\r\n').length).toBe(8);
    await shot('de-tables');
  });

  test('passes axe, light and dark, on every tab', async () => {
    const found: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.goto(`${served.base}/de/${run}?gene=MT-CO2`);
      await page.getByText(/^Volcano: /).waitFor();
      for (const [name, ready] of [['Condition', 'table'], ['Gene over doses', 'table[aria-label]'], ['Heatmap', 'svg rect'], ['Agreement', 'table'], ['Notes and skipped', 'table'], ['Tables', 'button']] as const) {
        await tab(name);
        await page.locator(`main ${ready}`).first().waitFor();
        if (scheme === 'dark') await shot(`de-dark-${name.split(' ')[0]!}`);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
        found.push(...serious.flatMap((one) => one.nodes.map((node) => `${scheme} ${name} ${one.id}: ${node.html.slice(0, 140)}`)));
      }
    }
    expect(found).toEqual([]);
  });

  test('an integration shows its turns, its verdict, and the cells before and after', async () => {
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto(`${served.base}/integration/${integrated}`);
    await page.getByRole('region', { name: 'Verdict' }).getByText(/^Improved/).waitFor();
    await page.getByRole('region', { name: 'Turns of the loop' }).getByText(/Final: it\*=\d+/).waitFor();
    const figures = page.getByRole('table', { name: 'Quality before and after' });
    expect(await figures.locator('tbody tr').count()).toBeGreaterThan(5);
    await page.getByText('Beside the published result').click();
    await page.getByRole('table', { name: 'Ours beside the published result' }).getByText('0.155').waitFor();
    await page.getByText(/one plate fourteen times/).waitFor();
    await page.getByText('After: X_ot').waitFor();
    await page.getByText(/^Centres of 3 groups lie/).nth(1).waitFor();
    await shot('integration');
    await page.goto(`${served.base}/integration/${run}`);
    await page.getByRole('link', { name: 'Bring plates together' }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    await page.goto(`${served.base}/integration/${integrated}`);
    await page.getByText('After: X_ot').waitFor();
    const more = (await new AxeBuilder({ page }).analyze()).violations;
    expect([...violations, ...more].filter((one) => one.impact === 'serious' || one.impact === 'critical').flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 140)}`))).toEqual([]);
  });

  test('nothing on the way was an error', () => {
    expect(watched.faults.filter((fault) => !/422|404/.test(fault))).toEqual([]);
  });
});
