import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../io/crc32c.ts';
import { decodeBlosc } from './blosc.ts';
import { decodeLz4 } from './lz4.ts';
import { announcedBytes, checkCrc32c, unpackFresh, type Compressor } from './whole.ts';

interface Case {
  readonly codec: string;
  readonly array: string;
  readonly plain: string;
  readonly packed: string;
}

const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import numcodecs'], { timeout: 60_000 }).status === 0);
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const idOf = (codec: string): Compressor => codec.split(' ')[0] as Compressor;

describe.skipIf(python === undefined)('what numcodecs has packed (needs Python with numcodecs)', () => {
  const made = python === undefined ? '[]' : spawnSync(python, [join(import.meta.dirname, 'testing', 'numcodecs_cases.py')], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
  const cases = JSON.parse(made) as Case[];

  test('comes out as it was, whatever compressor and shuffle', () => {
    expect(cases.length).toBeGreaterThan(100);
    for (const { codec, array, plain, packed } of cases) {
      const found = unpackFresh(bytesOf(packed), idOf(codec), bytesOf(plain).length);
      expect(Buffer.compare(found, bytesOf(plain)), `${codec}, ${array}`).toBe(0);
    }
  });

  test('is refused when it is cut or of another size, whatever was changed in it leads nowhere else', () => {
    for (const { codec, array, plain, packed } of cases.filter((one) => one.array === 'counts')) {
      const [stored, size] = [bytesOf(packed), bytesOf(plain).length];
      expect(() => unpackFresh(stored.subarray(0, Math.floor(stored.length / 2)), idOf(codec), size), `${codec}, ${array}`).toThrow();
      expect(() => unpackFresh(stored.subarray(0, 3), idOf(codec), size)).toThrow();
      for (let at = 0; at < stored.length; at += 1 + Math.floor(stored.length / 60)) {
        const changed = stored.slice();
        changed[at]! ^= 0x55;
        try {
          expect(unpackFresh(changed, idOf(codec), size).length).toBeLessThanOrEqual(size);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
        }
      }
    }
  });
});

describe('LZ4', () => {
  const decoded = (stored: readonly number[], size: number): string => {
    const out = new Uint8Array(size);
    decodeLz4(Uint8Array.from(stored), out);
    return Buffer.from(out).toString('latin1');
  };
  test('literals, copies that overlap, long lengths', () => {
    expect(decoded([0x30, 97, 98, 99], 3)).toBe('abc');
    expect(decoded([0x12, 97, 1, 0, 0x10, 98], 8)).toBe('aaaaaaab');
    expect(decoded([0x1f, 97, 1, 0, 21, 0x00], 41)).toBe('a'.repeat(41));
    expect(decoded([0xf0, 25, ...Buffer.from('x'.repeat(40))], 40)).toBe('x'.repeat(40));
  });
  test.each([
    ['nothing where something is wanted', [], 1],
    ['a literal beyond the end', [0x50, 97], 5],
    ['a literal beyond the output', [0x30, 97, 98, 99], 2],
    ['a copy from before the start', [0x10, 97, 2, 0], 5],
    ['a copy of distance 0', [0x10, 97, 0, 0], 5],
    ['half a distance', [0x10, 97, 1], 5],
    ['a copy beyond the output', [0x1a, 97, 1, 0], 5],
    ['a length without an end', [0xf0, 255], 300],
    ['a length of a copy without an end', [0x1f, 97, 1, 0], 300],
    ['fewer bytes than are wanted', [0x10, 97], 2],
  ] as const)('refuses %s', (_name, stored, size) => {
    expect(() => decoded(stored, size)).toThrow();
  });
});

test('sizes that stored bytes cannot hold, containers of unknown making and wrong checksums are refused', () => {
  expect(() => announcedBytes(Uint8Array.of(255, 255, 255, 127, 0), 'lz4')).toThrow(/cannot hold/);
  const head = Buffer.alloc(24);
  head.set([2, 1, 0, 4]);
  head.writeUInt32LE(1000, 4);
  head.writeUInt32LE(0, 8);
  expect(() => decodeBlosc(head, new Uint8Array(1000))).toThrow(/damaged/);
  head.writeUInt32LE(1, 8);
  expect(() => decodeBlosc(head, new Uint8Array(1000))).toThrow(/too early/);
  expect(() => decodeBlosc(head, new Uint8Array(999))).toThrow(/1000 bytes instead of 999/);
  head[2] = 2 << 5;
  head.writeUInt32LE(1000, 8);
  head.writeUInt32LE(20, 16);
  expect(() => decodeBlosc(head, new Uint8Array(1000))).toThrow(/snappy/);
  const checked = Buffer.alloc(9, 'hello');
  checked.writeUInt32LE(crc32c(checked.subarray(0, 5)), 5);
  expect(Buffer.from(checkCrc32c(checked)).toString()).toBe('hello');
  checked[0]! ^= 1;
  expect(() => checkCrc32c(checked)).toThrow(/checksum/);
});
