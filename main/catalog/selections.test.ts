import { expect, test } from 'vitest';
import { asJobId } from '../../protocol/ids.ts';
import { scratchWorkspace } from '../workspace.cases.ts';
import { insertJob } from './jobs.ts';
import { listSelections, removeSelection, saveSelection } from './selections.ts';

test('choices are kept by name for a run, replaced under the same name, and gone with it', () => {
  const { catalog } = scratchWorkspace();
  for (const id of ['run-1', 'run-2']) insertJob(catalog, { id: asJobId(id), kind: 'pipeline', recipe: '{}', plan: '{}', queuedAt: 'now' });
  const choice = { name: "Robert'); DROP TABLE selections;--", view: '{"filters":{}}', cells: 7, createdAt: 'then' };
  saveSelection(catalog, 'run-1', choice);
  saveSelection(catalog, 'run-1', { ...choice, name: 'a', cells: 1 });
  saveSelection(catalog, 'run-1', { ...choice, cells: 9 });
  expect(listSelections(catalog, 'run-1')).toEqual([{ ...choice, cells: 9 }, { ...choice, name: 'a', cells: 1 }]);
  expect(listSelections(catalog, 'run-2')).toEqual([]);
  expect(() => saveSelection(catalog, 'no-run', choice)).toThrow();
  expect(removeSelection(catalog, 'run-1', 'a')).toBe(true);
  expect(removeSelection(catalog, 'run-1', 'a')).toBe(false);
  catalog.prepare('DELETE FROM jobs WHERE id = ?').run('run-1');
  expect(listSelections(catalog, 'run-1')).toEqual([]);
});
