/** The page that finds settings for a loader, as people use it: predicted, measured, read once; by eye of axe, light and dark. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { truckee } from '../support/truckee.ts';
import { axeFaults } from './axe.ts';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk, shoot } from './desk.ts';

const desk = newDesk('loading-page');
const { folder, workspace } = desk;

describe.skipIf(noBrowser !== null)(`the page of loading${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  let served: Served;
  let watched: Watched;
  beforeAll(async () => {
    const made = await truckee(['generate', join(folder, 'plates'), '--plates', '2', '--cells', '900', '--genes', '1500', '--seed', '3', '--plate-chunks']);
    await truckee(['add', ...(made.last['files'] as string[]), '--workspace', workspace]);
    ({ served, watched } = await desk.open());
  });

  test('settings are found for the registered plates: a grid, the one to take, memory, waits, the epoch, published figures as published', async () => {
    const { page, faults } = watched;
    await page.getByRole('link', { name: 'Loading', exact: true }).click();
    await page.getByText('All 2 registered').waitFor();
    await page.getByRole('textbox', { name: 'Least diversity' }).fill('90');
    await page.getByRole('combobox', { name: 'Measure' }).click();
    await page.getByRole('option', { name: 'Predict only' }).click();
    await page.getByRole('checkbox', { name: 'Then read one whole epoch' }).check();
    await page.getByRole('button', { name: 'Find settings' }).click();
    const card = page.getByRole('region', { name: 'Recommended setting' });
    await card.waitFor();
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
    expect(await axeFaults(page, 'loading')).toEqual([]);
    await shoot(page, 'loading-dark');
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
    await page.getByText('Stopped before the end; nothing was kept.').waitFor();
    // Not known yet how to load: four questions.
    await page.getByText('Which way to load? Four questions').click();
    for (const [question, answer] of [['Where are the files?', /On this machine/], [/Do all chosen cells fit/, 'No'], [/Must rare drugs/, 'Yes'], ['Which files are there?', 'h5ad']] as const) {
      await page.getByRole('combobox', { name: question }).click();
      await page.getByRole('option', { name: answer, exact: true }).or(page.getByRole('option', { name: answer })).first().click();
    }
    await page.getByRole('status').getByText(/h5ad, weighted.*about 1,500 cells\/s \(published on ml\.g4dn/).waitFor();
    expect(await axeFaults(page, 'questions')).toEqual([]);
    await page.goto(`${served.base}/help`);
    await page.getByRole('table', { name: 'Layers of loading' }).getByText(/random enough at the cost of sequential reading/).waitFor();
    await page.getByText(/Iterate over minibatches/).waitFor();
    expect(faults).toEqual([]);
  });

  test('formats are compared on this disk: begun, stopped, compared, kept', async () => {
    const { page, faults } = watched;
    await page.goto(`${served.base}/loading`);
    const formats = page.getByRole('region', { name: 'Formats of storage', exact: true });
    await formats.getByRole('textbox', { name: 'Cells of the sample' }).fill('300');
    await formats.getByRole('textbox', { name: 'Epochs of each' }).fill('900');
    await formats.getByRole('button', { name: 'Compare' }).click();
    await formats.getByRole('button', { name: 'Stop' }).click();
    await formats.getByText('Stopped before the end; no copies are left.').waitFor();
    await formats.getByRole('textbox', { name: 'Epochs of each' }).fill('5');
    await formats.getByRole('button', { name: 'Compare' }).click();
    const compared = formats.getByRole('table', { name: 'Formats of storage compared' });
    await compared.waitFor();
    expect(await compared.locator('tbody th, tbody td:first-child').allTextContents()).toEqual(['HDF5, gzip', 'HDF5, uncompressed', 'Zarr', 'Parquet', 'SCDL', 'pack']);
    expect(await compared.locator('tbody tr').first().getByText('1.00×').count()).toBe(3);
    await formats.getByText(/300 cells × 1,500 genes.*Medians of 5 epochs/).waitFor();
    expect(readdirSync(workspace).filter((name) => name.startsWith('.truckee-storage'))).toEqual([]);
    expect(await axeFaults(page, 'formats')).toEqual([]);
    await shoot(page, 'formats-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await shoot(page, 'formats-light');
    await page.reload();
    await compared.waitFor();
    expect(faults).toEqual([]);
  });
});
