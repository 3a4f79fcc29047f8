/** Cells taken out from the page of questions: judged in a dialog, written as a job, gone on with after a kill; the files are those of the command line. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { isAlive, kill } from '../faults/support/truckee.ts';
import { truckee } from '../support/truckee.ts';
import { axeFaults } from './axe.ts';
import { noBrowser } from './browser.ts';
import { newDesk, shoot, type OpenDesk } from './desk.ts';

// A checkpoint behind every block of rows, so that there is one early on.
process.env['TRUCKEE_CHECKPOINT_SECONDS'] = '0';
const desk = newDesk('extract-page');
const { folder, workspace } = desk;
const exported = join(workspace, 'exports');
/** One question is asked here only, so that its cells are chosen here too. */
const everything = 'gene_count > 0';
let drug: string;
let cells: number;

function digestOf(path: string): string {
  if (!statSync(path).isDirectory()) return createHash('sha256').update(readFileSync(path)).digest('hex');
  return JSON.stringify(readdirSync(path).sort().map((name) => [name, digestOf(join(path, name))]));
}

async function ask(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Count' }).click();
  await page.getByRole('heading', { name: /^[\d,]+ cells$/ }).waitFor();
  await page.getByRole('button', { name: 'Extract...' }).click();
  await page.getByRole('dialog').getByText('memory', { exact: true }).waitFor();
}

/** Its cells would count twice from now on. */
async function forget(page: Page, name: string): Promise<void> {
  await page.getByRole('region', { name: 'Extractions' }).getByRole('link', { name }).click();
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('button', { name: 'Forget this data set' }).click();
  await page.getByRole('button', { name, exact: true }).waitFor({ state: 'detached' });
}

describe.skipIf(noBrowser !== null)(`the page of questions extracts${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  let open: OpenDesk;
  beforeAll(async () => {
    const made = await truckee(['generate', join(folder, 'plates'), '--plates', '2', '--cells', '12000', '--genes', '800', '--seed', '3']);
    await truckee(['add', ...(made.last['files'] as string[]), '--workspace', workspace]);
    const { last } = await truckee(['query', '--where', everything, '--workspace', workspace]);
    drug = (last['conditions'] as { drug: string }[]).find((one) => /^[A-Z][a-z]+$/.test(one.drug))!.drug;
    for (const format of ['h5ad', 'zarr']) ({ cells } = (await truckee(['query', '--drug', drug, '--out', join(folder, `drug.${format}`), '--workspace', workspace])).last as { cells: number });
    open = await desk.open();
  });

  test('the cells of a drug, by clicking: what it takes is told before, the file is that of the command line, and is registered', async () => {
    const { page } = open;
    await page.goto(`${open.served.base}/query`);
    await ask(page, 'Drug', drug);
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`Extract ${cells.toLocaleString('en-US')} cells`).waitFor();
    for (const resource of ['memory', 'disk', 'time']) await dialog.getByRole('cell', { name: resource, exact: true }).waitFor();
    expect(await axeFaults(page, 'extract')).toEqual([]);
    await shoot(page, 'extract-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await shoot(page, 'extract-light');
    await dialog.getByLabel('Name of the file').fill('mine');
    await dialog.getByText(join(exported, 'mine.h5ad')).waitFor();
    await dialog.getByRole('checkbox', { name: /Register it/ }).check();
    await dialog.getByRole('button', { name: 'Extract', exact: true }).click();
    const list = page.getByRole('region', { name: 'Extractions' });
    await list.getByText('done', { exact: true }).waitFor();
    await list.getByText('Registered as mine.').waitFor();
    expect(digestOf(join(exported, 'mine.h5ad'))).toBe(digestOf(join(folder, 'drug.h5ad')));
    const [download] = await Promise.all([page.waitForEvent('download'), list.getByRole('link', { name: 'Download' }).click()]);
    expect(digestOf(await download.path())).toBe(digestOf(join(folder, 'drug.h5ad')));
    expect(await axeFaults(page, 'extracted')).toEqual([]);
    await shoot(page, 'extracted-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await forget(page, 'mine');
    await page.goto(`${open.served.base}/query`);
    await list.getByRole('button', { name: 'Register', exact: true }).waitFor();
  });

  test('into a chosen folder as Zarr, which is registered as well; what exists already is refused', async () => {
    const { page } = open;
    const dialog = page.getByRole('dialog');
    await ask(page, 'Drug', drug);
    await dialog.getByLabel('Name of the file').fill('mine.h5ad');
    await dialog.getByText(/mine\.h5ad exists already/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Extract', exact: true }).isDisabled()).toBe(true);
    await dialog.getByText('Zarr', { exact: true }).click();
    await dialog.getByRole('checkbox', { name: /Register it/ }).check();
    await dialog.getByLabel('Name of the file').fill('mine');
    await dialog.getByRole('button', { name: 'Choose a folder' }).click();
    await dialog.getByRole('button', { name: '▸ notebooks' }).or(dialog.getByRole('button', { name: '▸ runs' })).first().click();
    await dialog.getByText(/(notebooks|runs)\/mine\.zarr/).waitFor();
    await shoot(page, 'extract-folder');
    expect(await axeFaults(page, 'folder')).toEqual([]);
    await dialog.getByRole('button', { name: 'Extract', exact: true }).click();
    await expect.poll(() => page.getByRole('region', { name: 'Extractions' }).getByText('done', { exact: true }).count(), { timeout: 120_000 }).toBe(2);
    const written = ['notebooks', 'runs'].map((name) => join(workspace, name, 'mine.zarr')).find((path) => existsSync(path))!;
    expect(digestOf(written)).toBe(digestOf(join(folder, 'drug.zarr')));
    await page.getByText('Registered as mine.').waitFor();
    await forget(page, 'mine');
    expect(open.watched.faults.filter((fault) => !/status of 422/.test(fault))).toEqual([]);
  });

  test('what does not fit is refused with the reason, and can be run all the same', async () => {
    const { page } = open;
    const dialog = page.getByRole('dialog');
    await page.goto(`${open.served.base}/query`);
    await ask(page, 'Condition on any column', everything);
    await dialog.getByLabel('Memory (GiB)').fill('0.01');
    await dialog.getByText(/needs at least .* of memory/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Extract', exact: true }).isDisabled()).toBe(true);
    await shoot(page, 'extract-refused');
    await dialog.getByLabel('Extract all the same').check();
    // What was refused is still said, as a note.
    await dialog.getByText(/^preflight was overridden: Step 'extract' needs at least .* of memory/).waitFor();
    await expect.poll(() => dialog.getByRole('button', { name: 'Extract', exact: true }).isEnabled(), { timeout: 120_000 }).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('a host that is killed in the middle: the next one goes on there', async () => {
    const target = join(exported, 'everything.h5ad');
    /** False when the extraction was faster: then it is taken away again. */
    const killedInX = async (): Promise<boolean> => {
      const { page, served } = open;
      await page.goto(`${served.base}/query`);
      await ask(page, 'Condition on any column', everything);
      await page.getByRole('dialog').getByLabel('Name of the file').fill('everything');
      await page.getByRole('dialog').getByRole('button', { name: 'Extract', exact: true }).click();
      const begun = (): string | undefined => readdirSync(exported).find((name) => name.endsWith('.part.work') && existsSync(join(exported, name, 'checkpoint.0')));
      while (begun() === undefined && !existsSync(target)) await new Promise((resolve) => setTimeout(resolve, 2));
      const engine = Number(/-(\d+)_\d*\.part/.exec(begun() ?? '')?.[1] ?? 0);
      kill(engine === 0 ? null : engine);
      kill(served.process.pid);
      while (isAlive(served.process.pid!) || (engine > 0 && isAlive(engine))) await new Promise((resolve) => setTimeout(resolve, 2));
      open = await desk.open();
      await open.page.goto(`${open.served.base}/query`);
      if (!existsSync(target)) return true;
      rmSync(target);
      await open.page.getByRole('button', { name: /^(Take off the list|Remove)$/ }).first().click();
      return false;
    };
    let tries = 0;
    while (!(await killedInX())) expect(++tries).toBeLessThan(20);
    const list = open.page.getByRole('region', { name: 'Extractions' });
    await list.getByText('stopped', { exact: true }).waitFor();
    await list.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => list.getByText('done', { exact: true }).count(), { timeout: 120_000 }).toBe(3);
    await list.getByText(/^went on behind [\d,]+ cells/).waitFor();
    await open.served.stop();
    const whole = await truckee(['query', '--where', everything, '--out', join(folder, 'whole.h5ad'), '--workspace', workspace]);
    expect(whole.last).toMatchObject({ ok: true, cells: 24_000 });
    expect(digestOf(target)).toBe(digestOf(join(folder, 'whole.h5ad')));
  });
});
