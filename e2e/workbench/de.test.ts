/** What drugs do to genes, on pages: choosing, volcano, genes, doses, heatmap, agreement, tables; an integration while it runs and afterwards; every file they give. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { kill, start } from '../faults/support/truckee.ts';
import { makeBatches } from '../support/batches.ts';
import { truckee } from '../support/truckee.ts';
import { axeFaults } from './axe.ts';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk, shoot } from './desk.ts';

const desk = newDesk('de-pages');
const { folder, workspace } = desk;
let run: string;
let integrated: string;
/** An integration whose host was killed while the loop ran. */
let interrupted: string;
let served: Served;
let watched: Watched;
let page: Page;
const axe: string[] = [];
const shot = (name: string): Promise<void> => shoot(page, name);

/** The page as it stands is looked at by axe, light and dark. */
async function looked(name: string): Promise<void> {
  await shot(name);
  axe.push(...(await axeFaults(page, name)));
  await shot(`${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

function recipe(name: string, params: Readonly<Record<string, unknown>>): string {
  const steps = [...['qc', 'normalize', 'log1p', 'hvg', 'pca'].map((step) => ({ step })), { step: 'integrate', params: { batch_key: 'batch', label_key: 'type', ...params } }];
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ truckee: 1, name, datasets: [{ name: 'shifted' }], steps }));
  return path;
}

beforeAll(async () => {
  if (noBrowser !== null) return;
  const made = await truckee(['generate', folder, '--plates', '2', '--cells', '4000', '--genes', '900', '--lines', '2', '--seed', '7', '--workspace', workspace]);
  await truckee(['add', ...(made.last['files'] as string[]), '--workspace', workspace]);
  run = String((await truckee(['de', '--workspace', workspace])).last['run']);
  await truckee(['add', await makeBatches(folder, 'shifted', { batches: 3, cells: 600, shift: 5 }), '--workspace', workspace]);
  integrated = String((await truckee(['run', recipe('integrate', { n_centroids_per_batch: 64 }), '--workspace', workspace])).last['run']);
  const before = new Set(readdirSync(join(workspace, 'runs')));
  // A loop that keeps no turn but the first goes on for as many as its patience has.
  const long = start(['run', recipe('long', { max_iter: 1000, patience: 1000, tol: 1 }), '--workspace', workspace, '--json']);
  await long.until((line) => line['kind'] === 'note' && String(line['text']).startsWith('[iter 01]'));
  kill(long.child.pid);
  await long.ended;
  interrupted = readdirSync(join(workspace, 'runs')).find((name) => !before.has(name))!.replace(/\..*$/, '');
  ({ served, watched, page } = await desk.open());
});

const tab = (name: string): Promise<void> => page.getByRole('tab', { name, exact: true }).click();

async function saved(button: Locator): Promise<{ name: string; bytes: Buffer }> {
  const coming = page.waitForEvent('download');
  await button.click();
  const file = await coming;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

const beginnings = { SVG: '<svg', PNG: '\x89PNG', PDF: '%PDF' } as const;

async function savesFigure(group: RegExp, formats: readonly (keyof typeof beginnings)[] = ['SVG']): Promise<void> {
  for (const format of formats) {
    const { name, bytes } = await saved(page.getByRole('group', { name: group }).getByRole('button', { name: format }));
    expect(name.endsWith(`.${format.toLowerCase()}`)).toBe(true);
    expect(bytes.subarray(0, 4).toString('latin1')).toBe(beginnings[format]);
    expect(bytes.length).toBeGreaterThan(1000);
  }
}

async function savesTable(name: RegExp): Promise<string[]> {
  const { name: file, bytes } = await saved(page.getByRole('button', { name }));
  expect(file.endsWith('.csv')).toBe(true);
  return bytes.toString('utf8').trimEnd().split('\r\n');
}

/** What a link of the page leads to. */
async function textBehind(link: Locator): Promise<string> {
  return page.evaluate<string>(`fetch(${JSON.stringify(await link.getAttribute('href'))}).then((r) => r.text())`);
}

/** Code of the notebook that the page writes. */
async function notebook(): Promise<string> {
  const box = page.getByRole('region', { name: 'Notebook' });
  await box.getByRole('button', { name: 'Write notebook' }).click();
  const link = box.getByRole('link', { name: /\.ipynb$/ });
  await link.waitFor();
  const { cells } = JSON.parse(await textBehind(link)) as { cells: { cell_type: string; source: string | string[] }[] };
  return cells.filter((cell) => cell.cell_type === 'code').map((cell) => [cell.source].flat().join('')).join('\n');
}

describe.skipIf(noBrowser !== null)(`drug effects${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('the strongest condition comes first; its genes lead to their doses', async () => {
    await page.goto(`${served.base}/de/${run}`);
    await page.getByRole('heading', { name: 'Drug effects' }).waitFor();
    await page.getByText(/^Volcano: /).waitFor();
    const rows = page.getByRole('table', { name: 'Genes of the condition' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(50);
    await looked('de-condition');
    await savesFigure(/^Save volcano-/, ['SVG', 'PNG', 'PDF']);
    await page.getByText('MA', { exact: true }).click();
    await page.getByText(/^MA: /).waitFor();
    await shot('de-ma');
    await savesFigure(/^Save ma-/);
    const gene = (await rows.first().getByRole('button').textContent())!;
    await rows.first().getByRole('button').click();
    const comparisons = page.getByRole('region', { name: `Gene ${gene}` }).getByRole('table', { name: `${gene} in all comparisons` });
    await comparisons.waitFor();
    await looked('de-gene');
    await savesFigure(/-doses$/);
    const lines = await savesTable(/-all-comparisons as CSV$/);
    expect(lines[0]).toBe('target,stratum,log2_fold_change,p_value,fdr,cells,target_mean,ref_mean');
    expect(lines.length - 1).toBeGreaterThanOrEqual(await comparisons.locator('tbody tr').count());
    expect(new URL(page.url()).searchParams.get('gene')).toBe(gene);
    // Another gene is found while typing.
    await page.getByRole('combobox', { name: 'Gene', exact: true }).fill('mt-co');
    await page.getByRole('option', { name: 'MT-CO2' }).click();
    await page.getByRole('region', { name: 'Gene MT-CO2' }).getByRole('table', { name: 'MT-CO2 in all comparisons' }).waitFor();
  });

  test('drug, dose and line are chosen by keyboard, and the address keeps them', async () => {
    await tab('Condition');
    const drug = page.getByRole('combobox', { name: 'Drug' });
    // As a hand does it: the list opens, what is typed marks its first match, and only then comes Enter.
    await drug.click();
    await page.keyboard.type('alpelis');
    await page.locator('[role=option][data-combobox-selected]').getByText('Alpelisib', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(/^(Volcano|MA): Alpelisib, /).waitFor();
    const address = page.url();
    await page.reload();
    await page.getByText(/^(Volcano|MA): Alpelisib, /).waitFor();
    expect(page.url()).toBe(address);
    await page.getByLabel('Find a gene in this condition').fill('mt-');
    await expect.poll(() => page.getByRole('table', { name: 'Genes of the condition' }).locator('tbody tr').count()).toBeLessThan(50);
  });

  test('heatmap, agreement between strata and what was skipped', async () => {
    await tab('Heatmap');
    await page.getByText(/^log2 fold changes of leading genes/).waitFor();
    await looked('de-heatmap');
    await savesFigure(/^Save heatmap/);
    const lines = await savesTable(/^Save heatmap-.* as CSV$/);
    expect(lines[0]!.startsWith('gene,')).toBe(true);
    await tab('Agreement');
    await page.getByRole('table', { name: /^Agreement of / }).waitFor();
    await looked('de-agreement');
    expect((await savesTable(/^Save agreement-.* as CSV$/))[0]).toMatch(/^condition,significant in /);
    await tab('Notes and skipped');
    await page.getByRole('table', { name: 'Skipped, because' }).getByText(/fewer than 10/).first().waitFor();
    await looked('de-skipped');
  });

  test('a table of as many rows as wanted is written and can be downloaded', async () => {
    await tab('Tables');
    await page.getByLabel('Genes of each condition at most').fill('7');
    await page.getByLabel('fdr below').fill('');
    await page.getByRole('button', { name: 'Write CSV' }).click();
    const link = page.getByRole('link', { name: /\.csv$/ });
    await link.waitFor();
    expect((await textBehind(link)).trimEnd().split('\r\n').length).toBe(8);
    expect(await notebook()).toContain('stats.mannwhitneyu(');
    await looked('de-tables');
  });

  test('an integration shows its turns, its verdict, and the cells before and after, and gives them as files', async () => {
    await page.goto(`${served.base}/integration/${integrated}`);
    await page.getByRole('region', { name: 'Verdict' }).getByText(/^Improved/).waitFor();
    await page.getByRole('region', { name: 'Turns of the loop' }).getByText(/Final: it\*=\d+/).waitFor();
    const figures = page.getByRole('table', { name: 'Quality before and after' });
    for (const figure of ['mixing of batches, nat', 'iLISI', 'neighbours kept', 'strain', 'trustworthiness']) await figures.getByRole('row', { name: figure }).waitFor();
    await page.getByText('Beside the published result').click();
    await page.getByRole('table', { name: 'Ours beside the published result' }).getByText('0.155').waitFor();
    await page.getByText(/one plate fourteen times/).waitFor();
    await page.getByText('After: X_ot').waitFor();
    await page.getByText(/^Centres of 3 groups lie/).nth(1).waitFor();
    await looked('integration');
    for (const name of [/^Save score-per-turn/, /^Save mixing-per-turn/]) await savesFigure(name);
    expect((await savesTable(/^Save turns as CSV$/))[1]).toMatch(/^1,/);
    expect((await savesTable(/^Save quality before and after as CSV$/)).length - 1).toBe(await figures.locator('tbody tr').count());
    await page.getByRole('button', { name: 'Figure of X_ot by batch' }).click();
    const figure = page.getByRole('link', { name: /\.svg$/ });
    await figure.waitFor();
    expect(await textBehind(figure)).toContain('<svg ');
    expect(await notebook()).toContain('integrate_centroids(');
    await page.goto(`${served.base}/integration/${run}`);
    await page.getByRole('link', { name: 'Bring plates together' }).waitFor();
    await looked('integration-none');
  });

  test('another method is tried by a click, and its figures stand beside those of the first', async () => {
    await page.goto(`${served.base}/integration/${integrated}`);
    await page.getByRole('button', { name: 'Try Harmony' }).click();
    await page.waitForURL((url) => url.pathname.startsWith('/runs/') && !url.pathname.includes(integrated));
    const tried = new URL(page.url()).pathname.slice('/runs/'.length);
    await page.getByRole('heading', { name: 'Take it along' }).waitFor();
    await page.goto(`${served.base}/integration/${integrated}`);
    const table = page.getByRole('table', { name: 'Quality before and after' });
    await table.getByRole('link', { name: 'Harmony' }).waitFor();
    expect(await table.getByRole('columnheader').allTextContents()).toEqual(['figure', 'before', 'Optimal transport (this run)', 'Harmony']);
    const cells = await table.getByRole('row', { name: /^neighbours of the same batch/ }).getByRole('cell').allTextContents();
    const [before, transport, harmony] = cells.slice(1).map(Number);
    expect(transport).toBeLessThan(before!);
    expect(harmony).toBeLessThan(before!);
    expect(await page.getByRole('button', { name: /^Try / }).allTextContents()).toEqual(['Try MNN']);
    await looked('integration-methods');
    await table.getByRole('link', { name: 'Harmony' }).click();
    await page.waitForURL((url) => url.pathname === `/integration/${tried}`);
    await page.getByRole('columnheader', { name: 'Harmony (this run)' }).waitFor();
  });

  test('while it runs, every turn is drawn as it comes, and the verdict is said to come', async () => {
    await page.goto(`${served.base}/runs/${interrupted}`);
    await page.getByRole('button', { name: 'Go on' }).click();
    // It goes on as a run of its own.
    await page.waitForURL((url) => url.pathname.startsWith('/runs/') && !url.pathname.includes(interrupted));
    const going = page.url();
    await page.getByRole('link', { name: 'Watch the integration' }).waitFor();
    await page.goto(going.replace('/runs/', '/integration/'));
    await page.getByText(/^The verdict comes when all cells have been carried/).waitFor();
    const turns = page.getByRole('region', { name: 'Turns of the loop' });
    const turn = async (): Promise<number> => Number(/^Turn (\d+), best so far 1\./.exec((await turns.getByText(/^Turn \d+, best so far/).textContent())!)?.[1]);
    await turns.getByText(/^Turn \d+, best so far/).waitFor();
    const first = await turn();
    await expect.poll(turn).toBeGreaterThan(first);
    // One point of each line at each turn, the start among them.
    const drawn = await turns.locator('svg').nth(1).locator('circle').count();
    expect(drawn).toBeGreaterThan(first);
    await shot('integration-running');
    await page.goto(going);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('stopped', { exact: true }).waitFor();
  });

  test('nothing on the way was an error, and axe has nothing to say of any of it, light or dark', () => {
    expect(axe).toEqual([]);
    expect(watched.faults.filter((fault) => !/422|404/.test(fault))).toEqual([]);
  });
});
