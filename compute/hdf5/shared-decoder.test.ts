import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArray, openStructure } from './index.ts';
import { python } from './testing/python.ts';

// All readers of a thread inflate into the same memory: what one keeps must survive the chunks of another.
const script = `
import h5py, numpy as np, sys
with h5py.File(sys.argv[1], 'w') as f:
    i = np.arange(10_000)
    f.create_dataset('a', data=(i * 7 % 1013).astype('i8'), chunks=(1000,), compression='gzip')
    f.create_dataset('b', data=(i * 11 % 997).astype('f4'), chunks=(700,), compression='gzip')
`;
const folder = mkdtempSync(join(tmpdir(), 'shared-decoder-'));
const path = join(folder, 'two.h5');
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(python === null)('two readers in turn (needs Python with h5py)', () => {
  beforeAll(() => {
    expect(spawnSync(python!, ['-c', script, path]).status).toBe(0);
  });

  test('each finds the chunk it left as it was', async () => {
    const structure = await openStructure(path);
    const [a, b] = [openArray(structure.describe('/a')), openArray(structure.describe('/b'))];
    const [ids, values] = [new Int32Array(130), new Float32Array(130)];
    for (let start = 0; start + 130 <= 10_000; start += 130) {
      a.readInto(start, start + 130, ids, 0);
      b.readInto(start, start + 130, values, 0);
      for (let i = 0; i < 130; i++) {
        expect(ids[i]).toBe(((start + i) * 7) % 1013);
        expect(values[i]).toBe(((start + i) * 11) % 997);
      }
    }
    [a, b, structure].forEach((open) => open.close());
  });
});
