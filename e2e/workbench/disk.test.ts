/** A workspace on a disk that fills up while something is taken along, and on one that can only be read. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDisk, whyNoDisk, type Disk } from '../faults/support/power.ts';
import { noBrowser, openBrowser, openPage, serveWorkspace, type Served } from './browser.ts';
import { makeWorkspace } from './made.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-disk-'));
const missing = noBrowser ?? whyNoDisk('ext4');
let disk: Disk;
let served: Served;
let browser: Browser;
let page: Page;
let run: string;

beforeAll(async () => {
  if (missing !== null) return;
  ({ run } = await makeWorkspace(join(folder, 'first')));
  disk = makeDisk(join(folder, 'ext4'), 'ext4', 400);
  cpSync(join(folder, 'first'), join(disk.mount, 'workspace'), { recursive: true, filter: (path) => !path.endsWith('.lock') });
  served = await serveWorkspace(join(disk.mount, 'workspace'), '--root', folder);
  browser = await openBrowser();
  page = (await openPage(browser, served)).page;
});
afterAll(async () => {
  await browser?.close();
  await served?.stop();
  disk?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(missing !== null)(`a disk under the workbench${missing === null ? '' : ` (${missing})`}`, () => {
  test('that fills up while exporting: the reason is told, nothing half written stays, and with room it works', async () => {
    const exports = join(disk.mount, 'workspace/exports');
    const before = readdirSync(exports);
    await page.goto(`${served.base}/runs/${run}`);
    for (const kind of ['h5ad', 'Zarr', 'Table']) {
      disk.fill(200_000);
      await page.getByRole('button', { name: kind, exact: true }).click();
      await page.getByRole('alert').filter({ hasText: /disk .*full/i }).waitFor();
      disk.free();
      expect(readdirSync(exports).sort(), kind).toEqual([...before].sort());
      await page.reload();
    }
    await page.getByRole('button', { name: 'h5ad', exact: true }).click();
    await page.locator('td', { hasText: '.h5ad' }).first().waitFor();
  });

  test('that can only be read: the workspace is refused with the reason, and the open one stays', async () => {
    const other = await serveWorkspace(join(folder, 'first'), '--root', folder);
    try {
      await served.stop();
      execFileSync('mount', ['-o', 'remount,ro', disk.mount]);
      const { page: reader } = await openPage(browser, other);
      await reader.goto(`${other.base}/workspace`);
      await reader.getByLabel('Folder').fill(join(disk.mount, 'workspace'));
      await reader.getByRole('button', { name: 'Open', exact: true }).click();
      await reader.getByRole('alert').filter({ hasText: /EROFS/ }).waitFor();
      await reader.goto(other.base);
      await reader.getByRole('heading', { name: '12,000 cells in 3 data sets' }).waitFor();
    } finally {
      execFileSync('mount', ['-o', 'remount,rw', disk.mount]);
      await other.stop();
    }
  });
});
