import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isKind } from '../../protocol/errors.ts';
import { writeAside } from './place.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'truckee-place-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const target = (): string => join(folder, 'out.zarr');

describe('writeAside', () => {
  test('the target appears only when it is whole', async () => {
    await writeAside(target(), async (path) => {
      expect(readdirSync(folder)).toEqual([]);
      mkdirSync(path);
      writeFileSync(join(path, 'a'), 'all');
    });
    expect(readdirSync(folder)).toEqual(['out.zarr']);
    expect(readFileSync(join(target(), 'a'), 'utf8')).toBe('all');
  });

  test('one that came into being meanwhile is not replaced', async () => {
    const late = writeAside(target(), async (path) => {
      writeFileSync(path, 'mine');
      writeFileSync(target(), 'theirs');
    });
    await expect(late).rejects.toSatisfy((error) => isKind(error, 'already-exists'));
    expect(readFileSync(target(), 'utf8')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['out.zarr']);
  });

  test('a full disk is told with the name of the target, and nothing is left', async () => {
    const full = writeAside(target(), async (path) => {
      mkdirSync(join(path, 'X'), { recursive: true });
      writeFileSync(join(path, 'X', '0'), 'part');
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC', path: join(path, 'X', '1') });
    });
    await expect(full).rejects.toSatisfy((error) => isKind(error, 'disk-full') && error.data.facts['path'] === target());
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a folder that is not there is an error, not made', async () => {
    await expect(writeAside(join(folder, 'no', 'out'), async () => 1)).rejects.toSatisfy((error) => isKind(error, 'file-not-found'));
  });

  test('leftovers of dead processes are removed, those of living ones are not', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const [stale, alive] = [dead, process.ppid].map((pid) => `.out.zarr.${hostname()}-${pid}.part`);
    for (const name of [stale!, alive!, `.out.zarr.other-${dead}.part`]) writeFileSync(join(folder, name), '');
    // Killed while it moved: the folder of checkpoints alone.
    mkdirSync(join(folder, `.out.zarr.${hostname()}-${dead}_7.part.work`));
    await writeAside(target(), async (path) => writeFileSync(path, ''));
    expect(readdirSync(folder).sort()).toEqual([alive, `.out.zarr.other-${dead}.part`, 'out.zarr'].sort());
  });
});
