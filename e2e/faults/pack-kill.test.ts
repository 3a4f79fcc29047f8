/** The building of packs, killed at any moment, goes on where it was and ends with the same bytes; also inside a run. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kill, start, summaryOf, truckee, type Json } from './support/truckee.ts';
import { demoPlates, digests, fresh, runArgs, scratch, templateOf } from './support/workspace.ts';

const env = { TRUCKEE_CHECKPOINT_SECONDS: '0' };

test('host killed while a pack is built on its own and inside a run', async () => {
  const folder = scratch('pack-kill');
  const plates = await demoPlates(folder, { plates: 2, cells: 9000, genes: 400 });
  const packs = plates.map((file) => `${file}.pack`);
  const template = await templateOf(folder, plates);
  const recipe = join(folder, 'recipe.json');
  writeFileSync(recipe, JSON.stringify({ truckee: 1, name: 'kill', steps: [{ step: 'qc' }] }));
  const plain = fresh(template, join(folder, 'plain'));
  summaryOf(await truckee(runArgs(recipe, plain), { env }));
  summaryOf(await truckee(['pack', 'build', ...plates, '--json'], { env }));
  const whole = packs.map((pack) => readFileSync(pack));
  packs.forEach((pack) => rmSync(pack));

  const killedIn = async (args: readonly string[]): Promise<void> => {
    const running = start(args, { env });
    expect(await running.until((line: Json) => line['kind'] === 'progress' && Number(line['done']) > 0)).not.toBeNull();
    kill(running.enginePid());
    kill(running.child.pid);
    await running.ended;
  };
  await killedIn(['pack', 'build', ...plates, '--json']);
  const packed = fresh(template, join(folder, 'packed'));
  await killedIn(runArgs(recipe, packed, '--pack'));
  summaryOf(await truckee(runArgs(recipe, packed, '--pack'), { env }));
  packs.forEach((pack, i) => expect(readFileSync(pack).equals(whole[i]!), pack).toBe(true));
  expect(digests(packed)).toEqual(digests(plain));
});
