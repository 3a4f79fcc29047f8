import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTruckeeError } from '../protocol/errors.ts';
import { makeFolder } from './make-folder.ts';

test('folders are made with those above them, once; a file in the way is told', () => {
  const root = mkdtempSync(join(tmpdir(), 'truckee-folder-'));
  for (let i = 0; i < 2; i++) makeFolder(join(root, 'a', 'b', 'c'));
  expect(existsSync(join(root, 'a', 'b', 'c'))).toBe(true);
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file'))).toThrow(expect.objectContaining({ kind: 'already-exists' }));
  expect(() => makeFolder(join(root, 'file', 'inner'))).toThrow(expect.toSatisfy(isTruckeeError));
  rmSync(root, { recursive: true });
});

test.skipIf(!existsSync('/proc/self'))('where the system has no place for one, that is said (needs /proc)', () => {
  expect(() => makeFolder('/proc/truckee/inner')).toThrow(expect.toSatisfy(isTruckeeError));
});
