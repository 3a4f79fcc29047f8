import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { joinFiles, joinedName, openJoined } from './joined-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-joined-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 2 x 3 files, of which one is not there and one is empty. */
function filesIn(name: string) {
  const at = join(folder, name);
  for (const [file, text] of [['0/0', 'abc'], ['0/1', 'defgh'], ['0/2', ''], ['1/0', 'i'], ['1/2', 'jklm']] as const) {
    mkdirSync(join(at, 'c', file, '..'), { recursive: true });
    writeFileSync(join(at, 'c', file), text);
  }
  return joinFiles({ folder: at, grid: [2, 3], prefix: 'c/', separator: '/' });
}

describe('files one behind the other', () => {
  test('are named by their place', () => {
    expect([0, 2, 3, 5].map((n) => joinedName({ grid: [2, 3], prefix: '', separator: '.' }, n))).toEqual(['0.0', '0.2', '1.0', '1.2']);
    expect(joinedName({ grid: [7], prefix: 'c/', separator: '/' }, 6)).toBe('c/6');
    expect(joinedName({ grid: [], prefix: 'c', separator: '/' }, 0)).toBe('c');
  });

  test('are read over their borders, forwards and back', () => {
    const files = filesIn('whole');
    expect([...files.starts]).toEqual([0, 3, 8, 8, 9, 9, 13]);
    const bytes = openJoined(files);
    const text = (offset: number, length: number): string => Buffer.from(bytes.read(offset, length)).toString();
    expect([bytes.size, text(0, 13), text(2, 8), text(8, 1), text(9, 4), text(0, 1), text(13, 0)]).toEqual([13, 'abcdefghijklm', 'cdefghij', 'i', 'jklm', 'a', '']);
    const target = new Uint8Array(6);
    bytes.readInto(7, target, 2, 3);
    expect(Buffer.from(target).toString('latin1')).toBe('\0\0hij\0');
    expect(() => bytes.read(10, 4)).toThrow(/outside/);
    expect(() => bytes.readInto(-1, target)).toThrow(/outside/);
    bytes.close();
    bytes.close();
  });

  test('that are gone or have changed are told by name, and others are read on', () => {
    const files = filesIn('changed');
    rmSync(join(files.folder, 'c/0/1'));
    truncateSync(join(files.folder, 'c/1/2'), 2);
    const bytes = openJoined(files);
    expect(() => bytes.read(0, 5)).toThrow('its file c/0/1 is missing');
    expect(() => bytes.read(9, 2)).toThrow('its file c/1/2 has 2 bytes and had 4 when the store was opened');
    expect(Buffer.from(bytes.read(8, 1)).toString()).toBe('i');
    bytes.close();
  });
});
