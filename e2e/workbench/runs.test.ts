/** Runs under hard use: stopped and gone on with, pages reloaded, two tabs, an engine killed, the host gone and back, a second host. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { truckee } from '../support/truckee.ts';
import { noBrowser, type Served } from './browser.ts';
import { newDesk } from './desk.ts';

const desk = newDesk('runs');
const { folder, workspace } = desk;
let served: Served;
let page: Page;
let overridden: string;

beforeAll(async () => {
  if (noBrowser !== null) return;
  const made = await truckee(['generate', join(folder, 'plates'), '--plates', '2', '--cells', '8000', '--genes', '20000', '--seed', '3']);
  await truckee(['add', ...(made.last['files'] as string[]), '--workspace', workspace]);
  // Refused by preflight, run all the same, and ended by a filter that leaves nothing.
  writeFileSync(join(folder, 'nothing.json'), JSON.stringify({ truckee: 1, name: 'nothing', steps: [{ step: 'filter', params: { where: 'gene_count > 1e9' } }] }));
  await truckee(['run', join(folder, 'nothing.json'), '--memory', '1MiB', '--override', '--workspace', workspace]);
  overridden = readdirSync(join(workspace, 'runs'))[0]!.replace(/\..*$/, '');
  ({ served, page } = await desk.open());
});

async function startRun(): Promise<string> {
  await page.goto(`${served.base}/guide/pca-umap`);
  await page.getByText(/16,000 cells, about/).waitFor();
  await page.getByRole('button', { name: 'Run' }).click();
  await page.waitForURL(/\/runs\//);
  return page.url();
}

/** Engines that the served host has started and that still live. */
function engines(): number[] {
  const children = readFileSync(`/proc/${served.process.pid}/task/${served.process.pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
  return children.filter((pid) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('entry.'));
}

describe.skipIf(noBrowser !== null || process.platform !== 'linux')(`runs in the workbench${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('a run shows itself live, the same after a reload and in a second tab, and stops when told', async () => {
    const url = await startRun();
    await page.locator('.step-going').waitFor();
    const second = await page.context().newPage();
    await second.goto(url);
    await second.locator('.step-going').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('stopped', { exact: true }).waitFor();
    await second.getByText('stopped', { exact: true }).waitFor();
    await second.close();
    await expect.poll(engines, { timeout: 120_000 }).toEqual([]);
  });

  test('it goes on with what was finished', async () => {
    const kept = existsSync(join(workspace, 'results')) ? readdirSync(join(workspace, 'results')).length : 0;
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('link', { name: 'Explore', exact: true }).nth(1).waitFor();
    expect(await page.getByText('unchanged, reused').count()).toBe(kept);
  });

  test('an engine that is killed is started again, with a note', async () => {
    await page.goto(`${served.base}/guide/pca-umap`);
    for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: /Filter cells/ }).click();
    await page.getByLabel('min_genes (genes)').fill('3');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.waitForURL(/\/runs\//);
    await page.locator('.step-going').waitFor();
    await expect.poll(() => engines().length, { timeout: 120_000 }).toBe(1);
    process.kill(engines()[0]!, 'SIGKILL');
    await page.getByRole('link', { name: 'Explore', exact: true }).nth(1).waitFor();
    await page.getByText('Event log').click();
    await page.getByText(/starting again from its checkpoint/).waitFor();
  });

  test('a run that overrode preflight still does when it is gone on with, and says so again', async () => {
    await page.goto(`${served.base}/runs/${overridden}`);
    await page.getByText(/Run in spite of preflight: .*needs at least/).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForURL((url) => /\/runs\//.test(url.pathname) && !url.pathname.endsWith(overridden));
    await page.getByText(/Nothing is left after/).first().waitFor();
    await page.getByText(/Run in spite of preflight: .*needs at least/).waitFor();
  });

  test('a host that goes and comes back under an open page: the line is lost, then a new key opens the same workspace', async () => {
    await served.stop();
    await page.getByText('The line to Truckee is lost').waitFor({ timeout: 30_000 });
    ({ served, page } = await desk.open());
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await expect.poll(() => page.locator('tbody tr').count(), { timeout: 120_000 }).toBeGreaterThanOrEqual(3);
  });

  test('a second host on the same workspace reads and names the holder; writing is refused with its remedy', async () => {
    const { served: other, page: reader } = await desk.open();
    try {
      await reader.getByText(/Another Truckee \(process \d+\) holds this workspace/).waitFor();
      await reader.getByRole('heading', { name: '16,000 cells in 2 data sets' }).waitFor();
      await reader.goto(`${other.base}/guide/pca-umap`);
      await reader.getByText(/16,000 cells, about/).waitFor();
      await reader.getByRole('button', { name: 'Run' }).click();
      await reader.getByRole('alert').filter({ hasText: /is in use by process/ }).waitFor();
    } finally {
      await other.stop();
    }
  });

  test('killed in the middle of a run, the next host shows what became of it and goes on', async () => {
    await page.goto(`${served.base}/guide/pca-umap`);
    for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('button', { name: /Filter cells/ }).click();
    await page.getByLabel('min_genes (genes)').fill('5');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.waitForURL(/\/runs\//);
    const url = new URL(page.url()).pathname;
    await page.locator('.step-going').waitFor();
    served.process.kill('SIGKILL');
    await served.stop();
    ({ served, page } = await desk.open());
    await page.goto(`${served.base}${url}`);
    await page.getByText('interrupted', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('link', { name: 'Explore', exact: true }).nth(1).waitFor();
  });
});
