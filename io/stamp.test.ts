import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeZarrStore, isZarrStore, sameStamp, stampOf } from './stamp.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-stamp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const old = new Date(1_600_000_000_000);

function storeAt(name: string): string {
  const store = join(folder, name);
  mkdirSync(join(store, 'X', 'data'), { recursive: true });
  for (const [file, text] of [['.zgroup', '{}'], ['X/data/.zarray', '{"shape": [6]}'], ['X/data/0', 'abc'], ['X/data/1', 'def']] as const) {
    writeFileSync(join(store, file), text);
    utimesSync(join(store, file), old, old);
  }
  for (const part of ['X/data', 'X', '.']) utimesSync(join(store, part), old, old);
  return store;
}

const described = (store: string): string => {
  const words: string[] = [];
  describeZarrStore(store, (text) => words.push(Buffer.from(text).toString()));
  return words.join('');
};

test('a store is all its files: their bytes and the latest time', () => {
  const store = storeAt('a.zarr');
  const stamp = stampOf(store)!;
  expect(stamp).toEqual({ bytes: 22, mtimeMs: old.getTime() });
  expect(described(store)).toBe(`.zgroup 2 ${old.getTime()}\n{}X/data/.zarray 14 ${old.getTime()}\n{"shape": [6]}X/data/0 3 ${old.getTime()}\nX/data/1 3 ${old.getTime()}\n`);
  expect(sameStamp(stamp, stampOf(store))).toBe(true);
});

test.each<[string, (store: string) => void]>([
  ['a chunk written again with as many bytes', (store) => writeFileSync(join(store, 'X/data/1'), 'xyz')],
  ['a chunk taken away', (store) => rmSync(join(store, 'X/data/0'))],
  ['a chunk that came', (store) => writeFileSync(join(store, 'X/data/2'), '')],
  ['another document', (store) => writeFileSync(join(store, 'X/data/.zarray'), '{"shape": [7]}')],
])('%s shows', (name, change) => {
  const store = storeAt(`${name}.zarr`);
  const [stamp, words] = [stampOf(store)!, described(store)];
  change(store);
  expect(sameStamp(stamp, stampOf(store))).toBe(false);
  expect(described(store)).not.toBe(words);
});

test('files and other folders are what the system says; nothing is null; a circle of links ends', () => {
  const file = join(folder, 'plate.h5ad');
  writeFileSync(file, 'abcd');
  utimesSync(file, old, old);
  expect(stampOf(file)).toEqual({ bytes: 4, mtimeMs: old.getTime() });
  expect(stampOf(folder)).toMatchObject({ bytes: null });
  expect(stampOf(join(folder, 'nowhere'))).toBeNull();
  expect(sameStamp({ bytes: 4, mtimeMs: old.getTime() }, null)).toBe(false);
  expect([isZarrStore(folder), isZarrStore(file), isZarrStore(join(folder, 'nowhere'))]).toEqual([false, false, false]);
  const store = storeAt('circle.zarr');
  symlinkSync('..', join(store, 'X', 'up'));
  expect(stampOf(store)!.bytes).toBeGreaterThan(0);
});
