import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listFolder } from './files.ts';

const root = mkdtempSync(join(tmpdir(), 'truckee-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('Zarr stores and 10x folders are data, not folders to look into; other files are left out', () => {
  for (const [name, file] of [['plate2.zarr', '.zgroup'], ['newer', 'zarr.json'], ['tenx', 'matrix.mtx.gz'], ['plates', 'notes.txt']] as const) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, file), '{}');
  }
  writeFileSync(join(root, 'plate1.h5ad'), 'abc');
  writeFileSync(join(root, 'notes.txt'), '');
  const { entries, parent } = listFolder(null, [root]);
  expect(entries.map(({ name, kind, bytes }) => [name, kind, bytes])).toEqual([
    ['plates', 'folder', null], ['newer', 'data', null], ['plate1.h5ad', 'data', 3], ['plate2.zarr', 'data', null], ['tenx', 'data', null],
  ]);
  expect(parent).toBeNull();
  expect(() => listFolder(tmpdir(), [root])).toThrow(expect.objectContaining({ kind: 'not-permitted' }));
});
