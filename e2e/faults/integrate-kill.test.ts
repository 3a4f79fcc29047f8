/** An integration that is killed while cells are carried goes on from there: the loop is not run again, the bytes are the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeBatches } from '../support/batches.ts';
import { kill, start, summaryOf, truckee, type Json } from './support/truckee.ts';
import { checkCatalog, digests, fresh, runArgs, scratch, templateOf } from './support/workspace.ts';

const env = { TRUCKEE_CHECKPOINT_SECONDS: '0' };
const notes = (lines: readonly Json[]): string[] => lines.flatMap((line) => (line['kind'] === 'note' && line['step'] === 'integrate' ? [String(line['text'])] : []));

test.each(['host', 'engine'] as const)('%s killed while cells are carried', async (victim) => {
  const folder = scratch('integrate-kill');
  const file = await makeBatches(folder, 'shifted', { batches: 3, cells: 3000, shift: 5 });
  const recipe = join(folder, 'recipe.json');
  const params = { batch_key: 'batch', label_key: 'type', n_centroids_per_batch: 64, chunk_size: 10, eval_cells: 300 };
  const steps = ['qc', 'normalize', 'log1p', 'hvg', 'pca'].map((step) => ({ step }));
  writeFileSync(recipe, JSON.stringify({ truckee: 1, name: 'kill', steps: [...steps, { step: 'integrate', params }] }));
  const template = await templateOf(folder, [file]);
  const whole = fresh(template, join(folder, 'whole'));
  const first = await truckee(runArgs(recipe, whole), { env });
  summaryOf(first);
  expect(notes(first.lines).some((text) => text.startsWith('[iter 01]'))).toBe(true);

  const killed = fresh(template, join(folder, 'killed'));
  const running = start(runArgs(recipe, killed), { env });
  const carrying = (line: Json): boolean => line['kind'] === 'progress' && line['step'] === 'integrate' && line['unit'] === 'cells carried';
  expect(await running.until(carrying)).not.toBeNull();
  const before = running.lines.length;
  kill(victim === 'host' ? running.child.pid : running.enginePid());
  const ended = await running.ended;
  const after = victim === 'host' ? await truckee(runArgs(recipe, killed), { env }) : ended;
  summaryOf(after);
  const later = notes(victim === 'host' ? after.lines : after.lines.slice(before));
  expect(later.filter((text) => text.startsWith('[iter'))).toEqual([]);
  expect(later.some((text) => text.startsWith('Improved'))).toBe(true);
  expect(digests(killed)).toEqual(digests(whole));
  checkCatalog(killed);
}, 90_000);
