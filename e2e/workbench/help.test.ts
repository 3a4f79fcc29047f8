/** Help in place, all of it offline: what it is made of, cards for known failures, the cheat sheet, the text for support. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk } from './desk.ts';
import { makeWorkspace } from './made.ts';

const desk = newDesk('help');
const { workspace } = desk;
let run: string;
let plates: string;
let served: Served;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  if (noBrowser !== null) return;
  ({ run, plates } = await makeWorkspace(desk.workspace));
  ({ served, watched, page } = await desk.open());
});

describe.skipIf(noBrowser !== null)(`help${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('About keeps direct packages apart from transitive ones, and copies machine and packages as Markdown', async () => {
    await page.goto(`${served.base}/help`);
    await page.getByText(/packages that run with it/).click();
    const kinds = new Set(await page.locator('table td:last-child').filter({ hasText: /^(direct|transitive)$/ }).allTextContents());
    expect([...kinds].sort()).toEqual(['direct', 'transitive']);
    const row = page.getByRole('row').filter({ hasText: 'better-sqlite3' });
    expect(await row.first().textContent()).toContain('direct');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as Markdown' }).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    for (const part of ['| CPU |', '| memory |', '| GPU |', '| package | version | licence | kind |', '| better-sqlite3 |']) expect(copied).toContain(part);
  });

  test('a library mismatch has one recipe, noise is called safe to ignore, and a real memory fault says what to change', async () => {
    const answer = async (card: RegExp): Promise<string> => {
      await page.getByRole('button', { name: card }).click();
      return (await page.locator('.mantine-Accordion-item').filter({ hasText: card }).textContent())!;
    };
    expect(await answer(/libcudart/)).toMatch(/clean environment/);
    const noise = await answer(/Can only test a child process/);
    expect(noise).toMatch(/safe to ignore/);
    const fault = await answer(/Bus error/);
    expect(fault).not.toMatch(/safe to ignore/);
    for (const lever of ['shm', 'num_workers', 'fetch_factor']) expect(fault).toContain(lever);
  });

  test('what is promised is there without a network: data, guides, preflight with defaults, cheat sheet, parameters, troubleshooting, words', async () => {
    await page.goto(`${served.base}/guide/pca-umap`);
    await page.getByText('4,000 cells × 62,710 genes').first().waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText(/on disk, read in place/).first().waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Cheat sheet: memory per worker, cells per chunk').click();
    await page.getByRole('columnheader', { name: 'Memory per worker' }).waitFor();
    await page.goto(`${served.base}/help`);
    for (const heading of ['When something goes wrong', 'Steps and their parameters', 'Words', 'About']) await page.getByRole('heading', { name: heading }).waitFor();
    await page.getByRole('button', { name: /Highly variable genes/ }).click();
    await page.getByText('n_top_genes', { exact: true }).waitFor();
  });

  test('every number from elsewhere names what it counts, or what it was measured on', async () => {
    await page.goto(`${served.base}/help`);
    const counts = page.getByRole('table', { name: 'Published counts and what they count' });
    for (const [count, definition] of [['105,609,549', 'before any filter'], ['100,648,790', 'released h5ad files'], ['95,624,334', 'pass_filter is full'], ['89,423,257', 'plate 14 held out'], ['62,710', 'genes'], ['379', 'without the control'], ['58,045', '17,000+'], ['58,045', '60,000'], ['cell lines', '47 is quoted']] as const) {
      expect(await counts.getByRole('row').filter({ hasText: count }).textContent()).toContain(definition);
    }
    const rates = page.getByRole('table', { name: 'Published rates of loaders, with hardware and batch size' }).locator('tbody tr');
    expect(await rates.count()).toBeGreaterThan(3);
    for (const row of await rates.all()) expect(await row.textContent()).toMatch(/64DGX Station.*256 GB/);
    // A count of ours names its definition, too.
    await page.goto(`${served.base}/query`);
    await page.getByLabel('Drug').fill('DMSO_TF');
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByText('Definition: cells counted in the registered files.').waitFor();
  });

  test('a plan tells computing from reading and writing; a finished step says where its result is and what computed it', async () => {
    await page.goto(`${served.base}/guide/pca-umap`);
    for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Plan of every step').click();
    await page.getByRole('columnheader', { name: 'Computing' }).waitFor();
    await page.getByRole('columnheader', { name: 'Reading, writing' }).waitFor();
    await page.goto(`${served.base}/runs/${run}`);
    await page.getByText(/processor .*, CPU( \(WASM\))?, [\d.]+ [KMG]i?B on disk/).first().waitFor();
  });

  test('the text for support has versions, runs and the log, and neither data nor personal paths', async () => {
    await page.goto(`${served.base}/help`);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save a diagnostic text' }).click()]);
    const text = readFileSync(await file.path(), 'utf8');
    for (const part of ['## Packages', '## Runs', '## Log of the last run', '"kind":"done"', ' done']) expect(text).toContain(part);
    for (const secret of [workspace, plates, homedir() === '/' ? workspace : homedir(), 'CVCL_', 'plate1_demo', 'Dabrafenib']) expect(text).not.toContain(secret);
  });

  test('nothing asked for anything elsewhere', () => expect(watched.faults).toEqual([]));
});
