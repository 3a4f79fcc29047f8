/** Pages about where data come from: catalog, sources, downloads with pause, files read from afar, preflight; by eye of axe. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginxPath, startNginx, type Nginx } from '../support/nginx.ts';
import { truckee } from '../support/truckee.ts';
import { axeFaults } from './axe.ts';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk, shoot } from './desk.ts';

const tables = join(process.env['TRUCKEE_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'), 'tahoe');
const missing = noBrowser ?? (nginxPath === null ? 'nginx is missing' : existsSync(tables) ? null : 'the tables of the atlas are missing');
const desk = newDesk('data-pages');
const { folder, workspace } = desk;
const MiB = 1024 ** 2;

describe.skipIf(missing !== null)(`the pages of data${missing === null ? '' : ` (${missing})`}`, () => {
  let served: Served;
  let watched: Watched;
  let server: Nginx;
  beforeAll(async () => {
    mkdirSync(join(folder, 'nginx'));
    server = await startNginx(join(folder, 'nginx'), 6 * MiB);
    writeFileSync(join(server.root, 'large.bin'), randomBytes(40 * MiB));
    const made = await truckee(['generate', join(folder, 'plates'), '--plates', '1', '--cells', '1500', '--genes', '2000', '--seed', '3']);
    copyFileSync((made.last['files'] as string[])[0]!, join(server.root, 'plate1.h5ad'));
    ({ served, watched } = await desk.open({ serve: ['--root', tables] }));
  });
  afterAll(() => server?.stop());

  /** The page as it stands, for axe and for eyes. */
  const looked = async (name: string): Promise<void> => {
    await shoot(watched.page, name);
    expect(await axeFaults(watched.page, name)).toEqual([]);
    await watched.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  };

  test('the catalog is imported and shows drugs, lines, plates as maps, counts and forms', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/catalog`);
    await page.getByLabel('Folder of the tables').fill(tables);
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByLabel('Drug, target or mechanism').fill('BRAF');
    await page.getByText('Dabrafenib', { exact: true }).waitFor();
    await looked('catalog-drugs');
    await page.getByRole('tab', { name: 'Cell lines' }).click();
    await page.getByLabel('Line, organ or driver gene').fill('A549');
    await page.getByText('CVCL_0023').waitFor();
    await page.getByRole('tab', { name: 'Plates' }).click();
    await page.getByRole('button', { name: /smp_1525: Dabrafenib 0.05/ }).click();
    await page.getByRole('status').getByText(/smp_1525: Dabrafenib 0.05/).waitFor();
    expect(await page.locator('.well').count()).toBe(96);
    await looked('catalog-plates');
    await page.getByRole('tab', { name: 'Counts' }).click();
    await page.getByText('95,624,334').waitFor();
    await page.getByRole('tab', { name: 'Forms on disk' }).click();
    await page.getByText('no metadata', { exact: true }).waitFor();
    await looked('catalog-forms');
  });

  test('a download is paused and goes on; a file is read from afar with its rate', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/data`);
    writeFileSync(join(folder, 'nginx', 'crawl'), '');
    await page.getByLabel('Address', { exact: true }).fill(`${server.url}/large.bin`);
    await page.getByRole('button', { name: 'Download' }).click();
    await page.getByText(/MB of 41.9 MB|MiB of 40/).waitFor();
    await shoot(watched.page, 'data-downloading');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused', { exact: true }).waitFor();
    expect(existsSync(join(workspace, 'downloads', 'large.bin'))).toBe(false);
    rmSync(join(folder, 'nginx', 'crawl'));
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('done', { exact: true }).waitFor();
    expect(existsSync(join(workspace, 'downloads', 'large.bin'))).toBe(true);
    await page.getByLabel('Address', { exact: true }).fill(`${server.url}/plate1.h5ad`);
    await page.getByRole('button', { name: 'Read from afar' }).click();
    await page.getByText('Registered as plate1.').waitFor();
    // The line to this machine may be a fast one: a slow one is put in its place.
    writeFileSync(join(workspace, 'remote', 'plate1.h5ad.remote.rate'), JSON.stringify({ bytes: 5e6, seconds: 1 }));
    await page.reload();
    await page.getByText('slow', { exact: true }).waitFor();
    await page.getByRole('button', { name: /Pretrained SCVI|current bucket/ }).first().click();
    await looked('data');
    await page.getByRole('button', { name: 'Clear what is kept' }).click();
    await page.getByText(/^0 B of/).waitFor();
  });

  test('the machine is told at once, with the plan of a recipe', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/preflight`);
    await page.getByRole('cell', { name: 'Shared memory' }).waitFor();
    // Either the limits or the reason why they are not known.
    const graphics = page.getByRole('row').filter({ has: page.getByRole('cell', { name: 'WebGPU of this browser' }) });
    await graphics.getByText(/Limits are not known, because|largest buffer/).waitFor();
    // This machine, then the least for one file and for fourteen, and what is usual.
    const settings = page.getByRole('table', { name: 'Settings of a loader by machine' });
    for (const name of ['batch_size', 'block_size', 'fetch_factor', 'num_workers']) await settings.getByRole('columnheader', { name, exact: true }).waitFor();
    expect(await settings.locator('tbody td:first-child').allTextContents()).toEqual(['14', '1', '14', '14', '14', '14', '14']);
    await page.getByRole('combobox', { name: 'Recipe, on all registered data' }).click();
    await page.getByRole('option').first().click();
    await page.getByText('Plan of every step').waitFor();
    await looked('preflight');
    expect(watched.faults).toEqual([]);
  });
});
