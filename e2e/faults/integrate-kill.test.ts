/** An integration that is killed while cells are carried goes on from there: the loop is not run again, the bytes are the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeBatches } from '../support/batches.ts';
import { kill, start, summaryOf, truckee, type Json } from './support/truckee.ts';
import { checkCatalog, digests, fresh, runArgs, scratch, templateOf } from './support/workspace.ts';

const env = { TRUCKEE_CHECKPOINT_SECONDS: '0' };
const notes = (lines: readonly Json[]): string[] => lines.flatMap((line) => (line['kind'] === 'note' && line['step'] === 'integrate' ? [String(line['text'])] : []));
const carrying = (line: Json): boolean => line['kind'] === 'progress' && line['step'] === 'integrate' && line['unit'] === 'cells carried' && Number(line['done']) > 0;

test('host, then engine killed while cells are carried', async () => {
  const folder = scratch('integrate-kill');
  const file = await makeBatches(folder, 'shifted', {
    batches: 3, cells: 1500, shift: 0, genes: 5, obsm: { X_cloud: ({ index, type, batch }) => [10 * type + 2 * batch + Math.sin(7 * index), 5 * Number(type === 1) + Math.sin(13 * index), batch + Math.sin(29 * index)] },
  });
  const recipe = join(folder, 'recipe.json');
  const params = { batch_key: 'batch', label_key: 'type', obsm_key: 'X_cloud', n_centroids_per_batch: 64, chunk_size: 10, eval_cells: 300 };
  writeFileSync(recipe, JSON.stringify({ truckee: 1, name: 'kill', steps: [{ step: 'integrate', params }] }));
  const template = await templateOf(folder, [file]);
  const whole = fresh(template, join(folder, 'whole'));
  const first = await truckee(runArgs(recipe, whole), { env });
  summaryOf(first);
  expect(notes(first.lines).some((text) => text.startsWith('[iter 01]'))).toBe(true);

  const killed = fresh(template, join(folder, 'killed'));
  const one = start(runArgs(recipe, killed), { env });
  expect(await one.until(carrying)).not.toBeNull();
  kill(one.child.pid);
  await one.ended;
  const other = start(runArgs(recipe, killed), { env });
  expect(await other.until(carrying)).not.toBeNull();
  kill(other.enginePid());
  const ended = await other.ended;
  summaryOf(ended);
  expect(notes(ended.lines).filter((text) => text.startsWith('[iter'))).toEqual([]);
  expect(digests(killed)).toEqual(digests(whole));
  checkCatalog(killed);
});
