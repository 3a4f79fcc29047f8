/** An extraction killed or stopped in the middle of X: the same command goes on, and the file is the one of an undisturbed extraction. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isAlive, kill, refusalOf, start, summaryOf, truckee } from './support/truckee.ts';
import { demoPlates, scratch } from './support/workspace.ts';

// A checkpoint behind every block of rows, so that there is one early on.
const env = { TRUCKEE_CHECKPOINT_SECONDS: '0' };
const folder = scratch('extract');
const workspace = join(folder, 'workspace');
const command = (target: string, ...more: string[]): string[] => ['query', '--where', 'gene_count > 0', '--out', target, '--memory', '700MiB', '--workspace', workspace, '--json', ...more];

function digestOf(path: string): string {
  if (!statSync(path).isDirectory()) return createHash('sha256').update(readFileSync(path)).digest('hex');
  return JSON.stringify(readdirSync(path).sort().map((name) => [name, digestOf(join(path, name))]));
}

/** The folder of checkpoints, once there are two. */
const inX = (): string | undefined => readdirSync(folder).find((name) => name.endsWith('.part.work') && existsSync(join(folder, name, 'checkpoint.0')));

/** Kills host and engine once there is a checkpoint. False when the extraction was faster: then it is taken away again. */
async function killedInX(target: string): Promise<boolean> {
  const running = start(command(target), { env });
  // The engine's process number is in the name of what it writes. The second checkpoint is begun: the first is whole.
  const engine = (): number | null => {
    const work = inX();
    return work ? Number(/-(\d+)_\d*\.part/.exec(work)![1]) : null;
  };
  let over = false;
  void running.ended.then(() => (over = true));
  while (!over && engine() === null) await new Promise((resolve) => setTimeout(resolve, 2));
  const pid = engine();
  kill(pid);
  kill(running.child.pid);
  await running.ended;
  while (pid !== null && isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 2));
  if (!existsSync(target)) return true;
  rmSync(target, { recursive: true });
  return false;
}

describe('an extraction', () => {
  beforeAll(async () => {
    const plates = await demoPlates(folder, { plates: 2, cells: 12_000, genes: 800 });
    summaryOf(await truckee(['add', ...plates, '--workspace', workspace, '--json']));
  });

  test.each(['h5ad', 'zarr'])('to %s that was killed goes on in the middle of X, with the same bytes', async (format) => {
    const whole = join(folder, `whole.${format}`);
    const cells = summaryOf(await truckee(command(whole)))['cells'];
    const target = join(folder, `killed.${format}`);
    let tries = 0;
    while (!(await killedInX(target))) expect(++tries).toBeLessThan(20);
    const done = summaryOf(await truckee(command(target), { env }));
    expect(done).toMatchObject({ cells, notes: expect.arrayContaining([expect.stringMatching(/^went on behind [\d,]+ cells/)]) });
    expect(digestOf(target)).toBe(digestOf(whole));
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('that Ctrl+C has stopped goes on there too', async () => {
    const target = join(folder, 'stopped.h5ad');
    /** False when the extraction was faster: then it is taken away again. */
    const stoppedInX = async (): Promise<boolean> => {
      const running = start(command(target), { env, group: true });
      let over = false;
      void running.ended.then(() => (over = true));
      while (!over && inX() === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
      // As a terminal does it: host and engine get it.
      if (!over) process.kill(-running.child.pid!, 'SIGINT');
      const outcome = await running.ended;
      if (existsSync(target)) {
        rmSync(target);
        return false;
      }
      expect(refusalOf(outcome).kind).toBe('cancelled');
      expect(outcome.code).toBe(130);
      return true;
    };
    let tries = 0;
    while (!(await stoppedInX())) expect(++tries).toBeLessThan(20);
    const done = summaryOf(await truckee(command(target), { env }));
    expect(done['notes']).toContainEqual(expect.stringMatching(/^went on behind [\d,]+ cells/));
    expect(digestOf(target)).toBe(digestOf(join(folder, 'whole.h5ad')));
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('of another question does not go on with what was begun', async () => {
    const target = join(folder, 'other.h5ad');
    let tries = 0;
    while (!(await killedInX(target))) expect(++tries).toBeLessThan(20);
    const done = summaryOf(await truckee(command(target, '--where', 'gene_count > 10')));
    expect((done['notes'] as string[]).join()).not.toContain('went on');
    expect(refusalOf(await truckee(command(target))).kind).toBe('already-exists');
  });
});
