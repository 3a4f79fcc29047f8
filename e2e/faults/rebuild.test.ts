/** A damaged catalog is made anew from what lies on disk: results are kept and used again. */
import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTrial, truckee } from '../support/truckee.ts';

const trial = createTrial();
const at = ['--workspace', trial.workspace];
const catalog = join(trial.workspace, 'catalog.sqlite');

function damage(from: number, to: number): void {
  const fd = openSync(catalog, 'r+');
  writeSync(fd, new Uint8Array(to - from).fill(0x5a), 0, to - from, from);
  closeSync(fd);
}

describe('a catalog', () => {
  let results = 0;
  beforeAll(async () => {
    const made = await truckee(['generate', join(trial.folder, 'plates'), '--plates', '1', '--cells', '600', '--genes', '800']);
    await truckee(['add', ...(made.last['files'] as string[]), ...at]);
    results = ((await truckee(['run', 'qc', ...at])).last['results'] as unknown[]).length;
  });

  test('damaged at its end is rebuilt with files and results', async () => {
    const { size } = statSync(catalog);
    damage(size - 4096, size);
    const { last } = await truckee(['doctor', '--rebuild', ...at]);
    expect(last).toMatchObject({ ok: true, results, lost: [] });
    expect(existsSync(last['aside'] as string)).toBe(true);
    expect([last['datasets'], last['unread']]).toEqual(last['unread'] === true ? [[], true] : [['plate1_demo'], false]);
  });

  test('past reading is rebuilt too; with its files added again every result is used as before', async () => {
    damage(0, 4096);
    expect((await truckee(['list', ...at])).last).toMatchObject({ ok: false, error: { kind: 'corrupt-file' } });
    const { last } = await truckee(['doctor', '--rebuild', ...at]);
    expect(last).toMatchObject({ ok: true, results, datasets: [], unread: true });
    await truckee(['add', join(trial.folder, 'plates', 'plate1_demo.h5ad'), ...at]);
    const again = await truckee(['run', 'qc', ...at]);
    expect(again.last).toMatchObject({ ok: true });
    expect((again.last['results'] as { reused: boolean }[]).every(({ reused }) => reused)).toBe(true);
  });

  test('nothing is rebuilt where there is no workspace', async () => {
    expect((await truckee(['doctor', '--rebuild', '--workspace', join(trial.folder, 'none')])).last).toMatchObject({ ok: false, error: { kind: 'not-a-workspace' } });
  });
});
