import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { mtxEntries } from './entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-mtx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function read(path: string, nObs: number, nVars: number): Promise<[row: number, gene: number, value: number][]> {
  const all: [number, number, number][] = [];
  for await (const batch of mtxEntries(path, nObs, nVars).batches()) {
    for (let i = 0; i < batch.count; i++) all.push([batch.rows[i]!, batch.genes[i]!, batch.values[i]!]);
  }
  return all;
}

const banner = '%%MatrixMarket matrix coordinate';

test('rows of the file are genes; comments, blanks, CRLF and a missing last line end are read over', async () => {
  const text = `${banner} integer general\r\n% note\r\n\n3 2 3\r\n1 1 5\r\n 3\t2  7 \r\n2 1 1`;
  expect(await read(file('a.mtx', text), 2, 3)).toEqual([[0, 0, 5], [1, 2, 7], [0, 1, 1]]);
});

test('a file that lists cells as rows is told by its size', async () => {
  expect(await read(file('b.mtx.gz', `${banner} integer general\n2 3 1\n2 3 4\n`), 2, 3)).toEqual([[1, 2, 4]]);
});

test('real values keep every digit, patterns count as one', async () => {
  const real = file('c.mtx', `${banner} real general\n2 2 4\n1 1 1.5e-3\n2 1 -2\n1 2 12345678901234567890\n2 2 nan\n`);
  expect(await read(real, 2, 2)).toEqual([[0, 0, 0.0015], [0, 1, -2], [1, 0, 12345678901234567890], [1, 1, NaN]]);
  expect(await read(file('d.mtx', `${banner} pattern general\n2 2 1\n2 2\n`), 2, 2)).toEqual([[1, 1, 1]]);
});

test.each([
  ['an entry outside', `${banner} integer general\n2 2 1\n3 1 1\n`, 'corrupt-file'],
  ['a row number 0', `${banner} integer general\n2 2 1\n0 1 1\n`, 'corrupt-file'],
  ['a word in place of a value', `${banner} integer general\n2 2 1\n1 1 many\n`, 'corrupt-file'],
  ['too few words', `${banner} integer general\n2 2 1\n1 1\n`, 'corrupt-file'],
  ['too many words', `${banner} integer general\n2 2 1\n1 1 1 1\n`, 'corrupt-file'],
  ['entries missing', `${banner} integer general\n2 2 2\n1 1 1\n`, 'corrupt-file'],
  ['entries left over', `${banner} integer general\n2 2 1\n1 1 1\n1 2 1\n`, 'corrupt-file'],
  ['another size', `${banner} integer general\n5 5 0\n`, 'corrupt-file'],
  ['no size line', `${banner} integer general\n% only this\n`, 'corrupt-file'],
  ['a banner of something else', 'gene,cell\n1,1\n', 'corrupt-file'],
  ['a symmetric matrix', `${banner} real symmetric\n2 2 1\n1 1 1\n`, 'unsupported-encoding'],
])('%s is refused', async (_, text, kind) => {
  await expect(read(file('bad.mtx', text), 2, 2)).rejects.toMatchObject({ kind });
});

test('a gzip file cut short is damage, a missing one is said to be missing', async () => {
  const path = join(folder, 'cut.mtx.gz');
  writeFileSync(path, gzipSync(`${banner} integer general\n2 2 1\n1 1 1\n`).subarray(0, 40));
  await expect(read(path, 2, 2)).rejects.toMatchObject({ kind: 'corrupt-file' });
  await expect(read(join(folder, 'none.mtx'), 2, 2)).rejects.toMatchObject({ kind: 'file-not-found' });
});
