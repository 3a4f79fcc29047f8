/** A comparison that is killed while X is read, while genes are tested and while conditions are corrected goes on from there with the same bytes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kill, start, summaryOf, truckee, type Running } from './support/truckee.ts';
import { checkCatalog, demoPlates, digests, fresh, runArgs, scratch, templateOf } from './support/workspace.ts';

const env = { TRUCKEE_CHECKPOINT_SECONDS: '0' };

/** Waits for progress in `unit` after what was said so far. */
async function reached(running: Running, unit: string): Promise<void> {
  const before = new Set(running.lines);
  expect(await running.until((line) => !before.has(line) && line['kind'] === 'progress' && line['step'] === 'de' && line['unit'] === unit && Number(line['done']) > 0), unit).not.toBeNull();
}

test('host killed while cells are read and while genes are tested, engines killed later on', async () => {
  const folder = scratch('de-kill');
  const recipe = join(folder, 'recipe.json');
  writeFileSync(recipe, JSON.stringify({ truckee: 1, name: 'kill', steps: [{ step: 'de', params: { strata: [], min_cells: 20 } }] }));
  const template = await templateOf(folder, await demoPlates(folder, { plates: 2, cells: 4200, genes: 500 }));
  const whole = fresh(template, join(folder, 'whole'));
  summaryOf(await truckee(runArgs(recipe, whole), { env }));

  const killed = fresh(template, join(folder, 'killed'));
  for (const unit of ['cells', 'genes tested']) {
    const running = start(runArgs(recipe, killed), { env });
    await reached(running, unit);
    kill(running.child.pid);
    await running.ended;
  }
  const running = start(runArgs(recipe, killed), { env });
  for (const unit of ['genes tested', 'conditions corrected']) {
    await reached(running, unit);
    kill(running.enginePid());
  }
  summaryOf(await running.ended);
  expect(digests(killed)).toEqual(digests(whole));
  checkCatalog(killed);
});
