/** A real file from a stranger, from the first page to a labelled map, without a pointer: everything by keyboard. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, type Watched } from './browser.ts';
import { newDesk } from './desk.ts';

const file = join(import.meta.dirname, '../../../shared/data/pbmc-3tech/pbmc_3tech_1200.h5ad');
const desk = newDesk('real');
const { workspace } = desk;
const missing = noBrowser ?? (existsSync(file) ? null : 'the shared data are missing');
let watched: Watched;
let page: Page;

beforeAll(async () => {
  if (missing !== null) return;
  ({ watched, page } = await desk.open({ serve: ['--root', join(file, '..')], dark: true }));
});

/** Tabs until the thing with this name has the focus, as people without a pointer do. */
async function tabTo(name: RegExp): Promise<void> {
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate<string>(`(() => { const e = document.activeElement; return [e?.getAttribute('aria-label'), e?.labels?.[0]?.textContent, e?.textContent, e?.getAttribute('placeholder')].filter(Boolean).join(' | '); })()`);
    if (name.test(found)) return;
  }
  throw new Error(`nothing called ${name} can be reached by Tab`);
}

describe.skipIf(missing !== null)(`a real file by keyboard${missing === null ? '' : ` (${missing})`}`, () => {
  test('is added by typing its path, and shown for what it is', async () => {
    await page.getByRole('heading', { name: 'Welcome to Truckee' }).waitFor();
    await tabTo(/^Add files/);
    await page.keyboard.press('Enter');
    await page.getByLabel('Or type a path').waitFor();
    await tabTo(/Or type a path/);
    await page.keyboard.type(file);
    await tabTo(/^Add$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '1,200 cells in 1 data set' }).waitFor();
    expect(await page.getByText('Demo data').count()).toBe(0);
    await page.getByText('Real data').first().waitFor({ timeout: 5000 }).catch(() => undefined);
  });

  test('goes through the guide to a map coloured by its own labels', async () => {
    await tabTo(/From counts to clusters/);
    await page.keyboard.press('Enter');
    await page.getByText(/1,200 cells, about/).waitFor();
    for (let i = 0; i < 3; i++) {
      await tabTo(/^Next$/);
      await page.keyboard.press('Enter');
    }
    await tabTo(/^Run$/);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\//);
    await page.getByRole('link', { name: 'Explore', exact: true }).nth(1).waitFor();
    await tabTo(/^Figure$/);
    await page.keyboard.press('Enter');
    await page.locator('td', { hasText: '.svg' }).first().waitFor();
    const [figure] = readdirSync(join(workspace, 'figures'));
    const svg = readFileSync(join(workspace, 'figures', figure!), 'utf8');
    expect(svg).toContain('UMAP1');
    // On white, whatever the page's own colours are.
    expect(svg).toMatch(/fill="(#fff|#ffffff|white)"/);
    await page.keyboard.press('Control+k');
    await expect.poll(() => page.evaluate('document.activeElement?.getAttribute("placeholder")')).toBe('Pages, guides, runs');
    await page.keyboard.type('Explore');
    await page.keyboard.press('Enter');
    await page.locator('.legend').first().waitFor();
    await tabTo(/X_umap of 1,200 cells/);
    for (const key of ['+', '+', 'ArrowLeft', 'ArrowUp', '-', '0']) await page.keyboard.press(key);
  });

  test('the page is dark when the system is, and light when it is switched', async () => {
    const scheme = (): Promise<string | null> => page.locator('html').getAttribute('data-mantine-color-scheme');
    expect(await scheme()).toBe('dark');
    await tabTo(/^Light colours/);
    await page.keyboard.press('Enter');
    await expect.poll(scheme).toBe('light');
    await page.reload();
    await expect.poll(scheme).toBe('light');
  });

  test('nothing on the way was an error', () => expect(watched.faults).toEqual([]));
});
