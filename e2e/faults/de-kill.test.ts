/** A comparison that is killed while X is read, or while genes are tested, goes on from there with the same bytes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { kill, start, summaryOf, truckee, type Json } from './support/truckee.ts';
import { checkCatalog, demoPlates, digests, fresh, runArgs, scratch, templateOf } from './support/workspace.ts';

const env = { TRUCKEE_CHECKPOINT_SECONDS: '0' };
let folder: string;
let recipe: string;
let template: string;
let wanted: Map<string, string>;

beforeAll(async () => {
  folder = scratch('de-kill');
  recipe = join(folder, 'recipe.json');
  writeFileSync(recipe, JSON.stringify({ truckee: 1, name: 'kill', steps: [{ step: 'de', params: { strata: [], min_cells: 20 } }] }));
  template = await templateOf(folder, await demoPlates(folder, { plates: 2, cells: 9000, genes: 2000 }));
  const whole = fresh(template, join(folder, 'whole'));
  summaryOf(await truckee(runArgs(recipe, whole), { env }));
  wanted = digests(whole);
}, 60_000);

test.each([['host', 'cells'], ['engine', 'genes tested'], ['host', 'genes tested'], ['engine', 'conditions corrected']] as const)('%s killed at %s', async (victim, unit) => {
  const killed = fresh(template, join(folder, 'killed'));
  const running = start(runArgs(recipe, killed), { env });
  expect(await running.until((line: Json) => line['kind'] === 'progress' && line['step'] === 'de' && line['unit'] === unit && Number(line['done']) > 0)).not.toBeNull();
  kill(victim === 'host' ? running.child.pid : running.enginePid());
  const ended = await running.ended;
  summaryOf(victim === 'host' ? await truckee(runArgs(recipe, killed), { env }) : ended);
  expect(digests(killed)).toEqual(wanted);
  checkCatalog(killed);
}, 60_000);
