/** Pages about where data come from: catalog, sources, downloads with pause, files read from afar, preflight; by eye of axe. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginxPath, startNginx, type Nginx } from '../support/nginx.ts';
import { truckee } from '../support/truckee.ts';
import { noBrowser, openBrowser, openPage, serveWorkspace, type Served, type Watched } from './browser.ts';

const tables = join(process.env['TRUCKEE_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'), 'tahoe');
const missing = noBrowser ?? (nginxPath === null ? 'nginx is missing' : existsSync(tables) ? null : 'the tables of the atlas are missing');
const root = mkdtempSync(join(tmpdir(), 'truckee-data-pages-'));
const workspace = join(root, 'workspace');
const MiB = 1024 ** 2;

describe.skipIf(missing !== null)(`the pages of data${missing === null ? '' : ` (${missing})`}`, () => {
  let browser: Browser;
  let served: Served;
  let watched: Watched;
  let server: Nginx;
  beforeAll(async () => {
    mkdirSync(join(root, 'nginx'));
    server = await startNginx(join(root, 'nginx'), 6 * MiB);
    writeFileSync(join(server.root, 'large.bin'), randomBytes(40 * MiB));
    const made = await truckee(['generate', join(root, 'plates'), '--plates', '1', '--cells', '1500', '--genes', '2000', '--seed', '3']);
    copyFileSync((made.last['files'] as string[])[0]!, join(server.root, 'plate1.h5ad'));
    browser = await openBrowser();
    served = await serveWorkspace(workspace, '--root', tables);
    watched = await openPage(browser, served);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await server?.stop();
    rmSync(root, { recursive: true, force: true });
  });
  const shoot = (name: string): Promise<unknown> => (process.env['SHOTS'] ? watched.page.screenshot({ path: join(process.env['SHOTS'], `${name}.png`), fullPage: true }) : Promise.resolve());
  const accessible = async (): Promise<void> => {
    const { violations } = await new AxeBuilder({ page: watched.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  };

  test('the catalog is imported and shows drugs, lines, plates as maps, counts and forms', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/catalog`);
    await page.getByLabel('Folder of the tables').fill(tables);
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByLabel('Drug, target or mechanism').fill('BRAF');
    await page.getByText('Dabrafenib', { exact: true }).waitFor();
    await accessible();
    await shoot('catalog-drugs');
    await page.getByRole('tab', { name: 'Cell lines' }).click();
    await page.getByLabel('Line, organ or driver gene').fill('A549');
    await page.getByText('CVCL_0023').waitFor();
    await page.getByRole('tab', { name: 'Plates' }).click();
    await page.getByRole('button', { name: /smp_1525: Dabrafenib 0.05/ }).click();
    await page.getByRole('status').getByText(/smp_1525: Dabrafenib 0.05/).waitFor();
    expect(await page.locator('.well').count()).toBe(96);
    await accessible();
    await shoot('catalog-plates');
    await page.getByRole('tab', { name: 'Counts' }).click();
    await page.getByText('95,624,334').waitFor();
    await page.getByRole('tab', { name: 'Forms on disk' }).click();
    await page.getByText('no metadata', { exact: true }).waitFor();
    await accessible();
    await shoot('catalog-forms');
  });

  test('a download is paused and goes on; a file is read from afar with its rate', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/data`);
    writeFileSync(join(root, 'nginx', 'crawl'), '');
    await page.getByLabel('Address', { exact: true }).fill(`${server.url}/large.bin`);
    await page.getByRole('button', { name: 'Download' }).click();
    await page.getByText(/MB of 41.9 MB|MiB of 40/).waitFor();
    await shoot('data-downloading');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused', { exact: true }).waitFor();
    expect(existsSync(join(workspace, 'downloads', 'large.bin'))).toBe(false);
    rmSync(join(root, 'nginx', 'crawl'));
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
    await accessible();
    await shoot('data');
    await page.getByRole('button', { name: 'Clear what is kept' }).click();
    await page.getByText(/^0 B of/).waitFor();
  });

  test('the machine is told at once, with the plan of a recipe', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/preflight`);
    await page.getByRole('cell', { name: 'Shared memory' }).waitFor();
    await page.getByRole('combobox', { name: 'Recipe, on all registered data' }).click();
    await page.getByRole('option').first().click();
    await page.getByText('Plan of every step').waitFor();
    await accessible();
    await shoot('preflight');
    expect(watched.faults).toEqual([]);
  });
});
