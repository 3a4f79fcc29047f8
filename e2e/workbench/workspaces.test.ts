/** Workspaces, recipes of others and the tour: opened, refused, cleaned, moved and copied as people do. */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk } from './desk.ts';
import { makeWorkspace } from './made.ts';

const desk = newDesk('workspaces');
const { folder } = desk;
const first = join(folder, 'first');
let served: Served;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  if (noBrowser !== null) return;
  await makeWorkspace(first);
  ({ served, watched, page } = await desk.open({ workspace: first, serve: ['--root', folder] }));
});

const goTo = async (path: string): Promise<void> => void (await page.goto(`${served.base}${path}`));

describe.skipIf(noBrowser !== null)(`workspaces${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('a new one is made, opened, and the first is found again among those opened lately', async () => {
    await goTo('/workspace');
    await page.getByText(/made again when needed/).waitFor();
    await page.getByLabel('Folder').fill(join(folder, 'second'));
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'is not a workspace of Truckee' }).waitFor();
    await page.getByLabel('Make a new workspace there').check();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'Welcome to Truckee' }).waitFor();
    expect(existsSync(join(folder, 'second', 'catalog.sqlite'))).toBe(true);
    await goTo('/workspace');
    await page.getByRole('list', { name: 'Opened lately' }).getByRole('button', { name: first }).click();
    await page.getByRole('heading', { name: '12,000 cells in 3 data sets' }).waitFor();
  });

  test('a folder that holds other things never becomes one, nor one outside the allowed folders', async () => {
    mkdirSync(join(folder, 'photos'));
    writeFileSync(join(folder, 'photos', 'cat.jpg'), '');
    await goTo('/workspace');
    await page.getByLabel('Make a new workspace there').check();
    for (const [path, words] of [[join(folder, 'photos'), 'exists already'], ['/etc/truckee', 'outside the allowed folders']] as const) {
      await page.getByLabel('Folder').fill(path);
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      await page.getByRole('alert').filter({ hasText: words }).waitFor();
    }
    expect(readdirSync(join(folder, 'photos'))).toEqual(['cat.jpg']);
  });

  test('a copy in another place opens with all its runs', async () => {
    cpSync(first, join(folder, 'copied'), { recursive: true, filter: (path) => !path.endsWith('.lock') });
    await goTo('/workspace');
    await page.getByLabel('Folder').fill(join(folder, 'copied'));
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('heading', { name: '12,000 cells in 3 data sets' }).waitFor();
    await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'Explore' }).click();
    await page.getByTestId('embedding').or(page.getByTestId('density')).waitFor();
    await page.locator('.legend').waitFor();
  });

  test('clean-up shows what would go, and takes nothing that a run needs', async () => {
    await goTo('/workspace');
    await page.getByRole('button', { name: 'Show what would go' }).click();
    await page.getByRole('cell', { name: 'cache/views' }).waitFor();
    const before = readdirSync(join(folder, 'copied/results')).length;
    await page.getByRole('button', { name: 'Keep everything' }).click();
    expect(existsSync(join(folder, 'copied/cache/views'))).toBe(true);
    await page.getByRole('button', { name: 'Show what would go' }).click();
    await page.getByRole('button', { name: 'Delete these' }).click();
    await page.getByText(/freed\.$/).waitFor();
    expect(existsSync(join(folder, 'copied/cache/views'))).toBe(false);
    expect(readdirSync(join(folder, 'copied/results'))).toHaveLength(before);
    await goTo('/explore');
    await page.locator('.legend').waitFor();
  });

  test('a recipe is saved and opened again; recipes that are none, or ask for what is not there, are named', async () => {
    await goTo('/guide/pca');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save recipe' }).click()]);
    const recipe = JSON.parse(readFileSync(await file.path(), 'utf8')) as { name: string; title: string; steps: { step: string; params: Record<string, unknown> }[] };
    expect(recipe).toMatchObject({ truckee: 1, name: 'pca' });
    const open = async (text: string): Promise<void> => {
      await goTo('/');
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Open a recipe' }).click()]);
      await chooser.setFiles({ name: 'theirs.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    };
    await open(JSON.stringify({ ...recipe, title: '<img src=x onerror=alert(1)> mine' }));
    await page.getByRole('heading', { name: '<img src=x onerror=alert(1)> mine' }).waitFor();
    await page.getByText(/12,000 cells, about/).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: /mine$/ }).waitFor();
    await open('{ "truckee": 1');
    await page.getByRole('alert').filter({ hasText: 'it is not JSON' }).waitFor();
    await open(JSON.stringify({ ...recipe, steps: [{ step: 'qc', params: 'all' }] }));
    await page.getByRole('alert').filter({ hasText: 'steps.0.params' }).waitFor();
    await open(JSON.stringify({ ...recipe, steps: [{ step: 'format-disk', params: {}, lenient: [] }] }));
    await page.getByRole('alert').filter({ hasText: 'format-disk' }).waitFor();
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true);
  });

  test('the tour goes to every page and back', async () => {
    await goTo('/');
    await page.getByRole('button', { name: 'Take the tour' }).click();
    const card = page.getByRole('dialog', { name: /^Tour/ });
    const seen: string[] = [];
    for (;;) {
      seen.push((await card.getAttribute('aria-label'))!.replace(/^Tour, \d+ of \d+: /, ''));
      const next = card.getByRole('button', { name: 'Next' });
      if ((await next.count()) === 0) break;
      await next.click();
    }
    expect(seen).toEqual(['Home', 'Data', 'Query', 'A guide', 'A run', 'The map', 'Cells', 'Quality', 'Genes', 'Workspace', 'Help']);
    await page.getByRole('heading', { name: 'Help' }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')).toEqual([]);
    await card.getByRole('button', { name: 'End' }).click();
    expect(await card.count()).toBe(0);
  });

  test('nothing on the way was an error of the page', () => {
    expect(watched.faults.filter((fault) => !/422|404/.test(fault))).toEqual([]);
  });
});
