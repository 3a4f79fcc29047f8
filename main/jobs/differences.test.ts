import { expect, test } from 'vitest';
import { addDataset, scratchWorkspace } from '../workspace.cases.ts';
import { differencesOf } from './differences.ts';

const obs = (...columns: readonly [string, string][]) => ({ report: { obs: columns.map(([name, type]) => ({ name, type })) } });

test('columns, types and genes that differ between files are listed before the run', () => {
  const workspace = scratchWorkspace();
  const first = addDataset(workspace, 'a', obs(['drug', 'categorical'], ['dose', 'float'], ['phase', 'categorical']));
  const same = addDataset(workspace, 'b', obs(['drug', 'categorical'], ['dose', 'float'], ['phase', 'categorical']));
  expect(differencesOf(workspace.catalog, [first, same])).toEqual([]);
  const other = addDataset(workspace, 'c', { ...obs(['drug', 'string'], ['dose', 'float'], ['batch', 'string']), row: { varDigest: 'other genes' } });
  expect(differencesOf(workspace.catalog, [first, other])).toEqual([
    'c lacks obs columns of a: phase', 'c has obs columns that a lacks: batch', 'obs columns differ in type between a and c: drug (categorical / string)',
    'c does not list the genes of a in the same order (5 and 5 genes): they are joined by name',
  ]);
});

test('138 files are one set, and many differences do not fill the page', () => {
  const workspace = scratchWorkspace();
  const rows = Array.from({ length: 138 }, (_, i) => addDataset(workspace, `shard${i}`, i === 0 ? {} : { row: { varDigest: `genes ${i}` } }));
  const notes = differencesOf(workspace.catalog, rows);
  expect(notes).toHaveLength(13);
  expect(notes.at(-1)).toBe('and 125 more differences');
});

test('plate 14 beside plate 6 is told: it repeats its treatments', () => {
  const workspace = scratchWorkspace();
  const [six, seven, fourteen] = ['plate6', 'plate7', 'plate14'].map((name) => addDataset(workspace, name));
  const group = workspace.catalog.prepare("INSERT INTO dataset_groups (dataset, plate, sample, drug, dose, unit, line, cells, full_cells, stored) VALUES (?, ?, 's', 'd', 5, 'uM', 'l', 10, 9, 30)");
  for (const name of ['plate6', 'plate7', 'plate14']) group.run(name, name);
  expect(differencesOf(workspace.catalog, [six!, seven!])).toEqual([]);
  expect(differencesOf(workspace.catalog, [six!, fourteen!])).toEqual([expect.stringContaining('plate14 repeats the treatments of plate6')]);
});
