import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredValues } from './array.ts';
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from './checkpoint.ts';
import { scratchFolder } from './testing/python.ts';

const root = scratchFolder();
let folders = 0;
const freshFolder = (): string => join(root, `checkpoint-${++folders}`);

const make = (sequence: number, tag = 'mine'): Checkpoint => ({
  sequence, tag, tilesDone: sequence * 10, meta: { rows: sequence * 40_960, name: 'ü' },
  arrays: { sums: Float64Array.of(sequence, NaN, -0, 1e-300), counts: Int32Array.of(-sequence, 7), flags: Uint8Array.of(1, 0, sequence) },
});

describe('checkpoints', () => {
  test('come back as they were saved, every bit', () => {
    const number = fc.double();
    const arrays = fc.dictionary(fc.string(), fc.oneof<fc.Arbitrary<StoredValues>[]>(
      fc.array(number).map((v) => Float64Array.from(v)), fc.array(number).map((v) => Float32Array.from(v)), fc.uint8Array(), fc.int32Array(), fc.uint32Array(),
    ), { noNullPrototype: true }).filter((record) => !Object.hasOwn(record, '__proto__'));
    fc.assert(fc.property(fc.nat(), fc.string(), fc.nat(), fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }), arrays, (sequence, tag, tilesDone, meta, made) => {
      fc.pre(!Object.hasOwn(meta, '__proto__'));
      const folder = freshFolder();
      const checkpoint = { sequence, tag, tilesDone, meta, arrays: made };
      saveCheckpoint(folder, checkpoint);
      expect(loadCheckpoint(folder, tag)).toEqual(checkpoint);
    }), { numRuns: 60 });
  });

  test('sums in shared memory are saved like any other', () => {
    const folder = freshFolder();
    const shared = new Float64Array(new SharedArrayBuffer(24));
    shared.set([1, 2, 3]);
    saveCheckpoint(folder, { ...make(1), arrays: { total: shared } });
    expect(loadCheckpoint(folder, 'mine')!.arrays['total']).toEqual(Float64Array.of(1, 2, 3));
  });

  test('the newest of the two that are kept is taken', () => {
    const folder = freshFolder();
    for (const sequence of [1, 2, 3, 4, 5]) {
      saveCheckpoint(folder, make(sequence));
      expect(loadCheckpoint(folder, 'mine')).toEqual(make(sequence));
    }
  });

  test('none, or one with another tag, is none', () => {
    const folder = freshFolder();
    expect(loadCheckpoint(folder, 'mine')).toBeNull();
    saveCheckpoint(folder, make(1, 'theirs'));
    expect(loadCheckpoint(folder, 'mine')).toBeNull();
  });

  test('whatever byte is changed or wherever it is cut, the one before it is taken', () => {
    const folder = freshFolder();
    saveCheckpoint(folder, make(4));
    saveCheckpoint(folder, make(5));
    const path = join(folder, 'checkpoint.1');
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x20;
      writeFileSync(path, changed);
      expect(loadCheckpoint(folder, 'mine'), `byte ${at} changed`).toEqual(make(4));
      writeFileSync(path, whole.subarray(0, at));
      expect(loadCheckpoint(folder, 'mine'), `cut at ${at}`).toEqual(make(4));
    }
    writeFileSync(path, whole);
    expect(loadCheckpoint(folder, 'mine')).toEqual(make(5));
  });
});
