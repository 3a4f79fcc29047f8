/**
 * Labels, columns, genes and plates whose names are markup, scripts or paths, seen in every place that shows them: no script
 * runs, nothing is loaded from elsewhere, and the words appear as the words they are (campaign G11, sample).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writePlateFile } from '../support/plate-file.ts';
import { truckee } from '../support/truckee.ts';
import { noBrowser, type Served, type Watched } from './browser.ts';
import { newDesk } from './desk.ts';

const desk = newDesk('hostile');
const { folder, workspace } = desk;
const attack = '<img src=x onerror="window.hit=1">';
/** What fonts of old PDF viewers have not. */
const greek = 'TGF-β1 −5 µM Δλ';
const labels = [attack, '<script>window.hit=1</script>', '"><svg onload=window.hit=1>', 'javascript:window.hit=1', '{{constructor}}', '=HYPERLINK("http://evil.example")', greek];
// HDF5 itself allows no slash in a name.
const column = '<b onmouseover=window.hit=1>line';
let served: Served;
let watched: Watched;

beforeAll(async () => {
  if (noBrowser !== null) return;
  const [cells, genes] = [240, 60];
  const indptr = new Int32Array(cells + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let cell = 0; cell < cells; cell++) {
    for (let gene = 0; gene < genes; gene++) {
      const count = (gene % 6 === cell % 6 ? 6 : 0) + ((cell * 7 + gene * 13) % 5);
      if (count === 0) continue;
      indices.push(gene);
      values.push(count);
    }
    indptr[cell + 1] = indices.length;
  }
  const matrix = { cells, genes, indptr, indices: Int32Array.from(indices), values: Float32Array.from(values) };
  const names = Array.from({ length: genes }, (_, i) => (i === 0 ? attack : `gene-${i}`));
  const codes = Int32Array.from({ length: cells }, (_, i) => i % labels.length);
  const path = await writePlateFile(join(folder, "plate '<i>&.h5ad"), matrix, { genes: names, obs: { [column]: { kind: 'categorical', codes, categories: labels, ordered: false } } });
  expect((await truckee(['add', path, '--workspace', workspace])).code).toBe(0);
  expect((await truckee(['run', 'pca-umap', '--workspace', workspace])).code).toBe(0);
  ({ served, watched } = await desk.open());
});

describe.skipIf(noBrowser !== null)(`hostile names${noBrowser === null ? '' : ` (${noBrowser})`}`, () => {
  test('are words on every page', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/data`);
    await page.getByRole('button', { name: /plate '<i>&/ }).click();
    await page.getByText(column).waitFor();
    await page.goto(`${served.base}/guide/pca-umap`);
    await page.getByText(/plate '<i>&/).first().waitFor();
    await page.goto(`${served.base}/explore`);
    await page.getByLabel('Colour', { exact: true }).first().fill('line');
    await page.getByRole('option', { name: column }).click();
    for (const label of labels) await page.locator('.legend').getByText(label, { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Or a gene' }).fill(attack);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByLabel(`Scale of ${attack}`).waitFor();
  });

  test('are text in an exported figure, and stay so when it is opened', async () => {
    const { page } = watched;
    await page.goto(`${served.base}/explore`);
    await page.getByLabel('Colour', { exact: true }).first().fill('line');
    await page.getByRole('option', { name: column }).click();
    await page.locator('.legend').waitFor();
    await page.getByRole('button', { name: 'Save figure' }).click();
    await page.getByText(/Saved as figures/).waitFor();
    const figures = readdirSync(join(workspace, 'figures'));
    const svg = readFileSync(join(workspace, 'figures', figures[0]!), 'utf8');
    expect(svg).not.toMatch(/<(img|script|iframe|foreignObject|b)\b|<svg onload/i);
    const opened = await page.context().newPage();
    await opened.goto(`file://${join(workspace, 'figures', figures[0]!)}`);
    await opened.waitForTimeout(300);
    expect(await opened.evaluate('window.hit')).toBeUndefined();
    await opened.close();
    // Greek letters and the minus sign are text in the PDF too, not boxes.
    const [pdf] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PDF' }).click()]);
    const text = spawnSync('pdftotext', ['-enc', 'UTF-8', await pdf.path(), '-'], { encoding: 'utf8' });
    if (!text.error) expect(text.stdout.normalize('NFKC')).toContain(greek.normalize('NFKC'));
  });

  test('have run nothing and asked nobody', async () => {
    expect(await watched.page.evaluate('window.hit')).toBeUndefined();
    expect(watched.faults).toEqual([]);
  });
});
