/** The page that finds settings for a loader, as people use it: predicted, measured, read once; by eye of axe, light and dark. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { truckee } from '../support/truckee.ts';
import { noBrowser, openBrowser, openPage, serveWorkspace, type Served } from './browser.ts';

const root = mkdtempSync(join(tmpdir(), 'truckee-loading-page-'));
const workspace = join(root, 'workspace');

describe.skipIf(noBrowser !== null)(`the page of loading${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    const made = await truckee(['generate', join(root, 'plates'), '--plates', '2', '--cells', '900', '--genes', '1500', '--seed', '3', '--plate-chunks']);
    await truckee(['add', ...(made.last['files'] as string[]), '--workspace', workspace]);
    browser = await openBrowser();
    served = await serveWorkspace(workspace);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test('settings are found for the registered plates: a grid, the one to take, memory, waits, the epoch, published figures as published', async () => {
    const { page, faults } = await openPage(browser, served);
    const accessible = async (): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    };
    const shoot = (name: string): Promise<unknown> => (process.env['SHOTS'] ? page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`), fullPage: true }) : Promise.resolve());
    await page.getByRole('link', { name: 'Loading', exact: true }).click();
    await page.getByText('All 2 registered').waitFor();
    await page.getByRole('textbox', { name: 'Least diversity' }).fill('90');
    await page.getByRole('combobox', { name: 'Measure' }).click();
    await page.getByRole('option', { name: 'Predict only' }).click();
    await page.getByRole('checkbox', { name: 'Then read one whole epoch' }).check();
    await page.getByRole('button', { name: 'Find settings' }).click();
    const card = page.getByRole('region', { name: 'Recommended setting' });
    await card.waitFor({ timeout: 60_000 });
    await card.getByText(/An epoch of 1,800 cells: .*read once, it took/).waitFor();
    await card.getByText(/of memory per worker; \/dev\/shm is not needed/).waitFor();
    const grid = page.getByRole('table', { name: 'Settings tried' });
    expect(await grid.getByRole('row').count()).toBe(1 + 4 * 3);
    for (const label of ['plate, bits', 'drug, bits', 'cell_line, bits']) await grid.getByRole('columnheader', { name: label }).waitFor();
    await page.getByRole('table', { name: 'Other ways of drawing' }).getByText(/fits; single random cells about [\d.]+ times as fast/).waitFor();
    await page.getByText('Published elsewhere, on other machines').click();
    const published = page.getByRole('table', { name: 'Published rates' });
    await published.getByText('58 days').waitFor();
    await published.getByText('48x AnnLoader').waitFor();
    expect(await published.getByText(/DGX Station/).count()).toBeGreaterThan(3);
    await accessible();
    await shoot('loading');
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await accessible();
    await shoot('loading-dark');
    // The answer is kept: another page shows it at once.
    await page.reload();
    await card.waitFor();
    await page.getByRole('button', { name: 'The published grid, 1 to 64' }).click();
    await page.getByText('Nothing is measured.').or(page.getByText(/for 49 settings/)).waitFor();
    // Stopped in the middle, nothing is kept of it.
    await page.getByRole('combobox', { name: 'Measure' }).click();
    await page.getByRole('option', { name: /As published/ }).click();
    await page.getByRole('button', { name: 'Find settings' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped before the end; nothing was kept.').waitFor({ timeout: 60_000 });
    // Not known yet how to load: four questions.
    await page.getByText('Which way to load? Four questions').click();
    for (const [question, answer] of [['Where are the files?', /On this machine/], [/Do all chosen cells fit/, 'No'], [/Must rare drugs/, 'Yes'], ['Which files are there?', 'h5ad']] as const) {
      await page.getByRole('combobox', { name: question }).click();
      await page.getByRole('option', { name: answer, exact: true }).or(page.getByRole('option', { name: answer })).first().click();
    }
    await page.getByRole('status').getByText(/h5ad, weighted.*about 1,500 cells\/s \(published on ml\.g4dn/).waitFor();
    await accessible();
    await page.goto(`${served.base}/help`);
    await page.getByRole('table', { name: 'Layers of loading' }).getByText(/random enough at the cost of sequential reading/).waitFor();
    await page.getByText(/Iterate over minibatches/).waitFor();
    expect(faults).toEqual([]);
  }, 120_000);
});
