/** Packs and the design of loaders from the command line. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../support/program.ts';
import { truckee } from '../support/truckee.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-loading-'));
let files: string[];
beforeAll(async () => {
  const made = await truckee(['generate', folder, '--plates', '2', '--cells', '1200', '--genes', '2000', '--plate-chunks']);
  files = made.last['files'] as string[];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('packs', () => {
  test('are built, verified and deleted; a damaged one is named', async () => {
    const built = await truckee(['pack', 'build', ...files]);
    expect(built.last).toMatchObject({ ok: true, packs: files.map((file) => ({ file, pack: `${file}.pack`, cells: 1200 })) });
    expect((await truckee(['pack', 'verify', ...files])).last).toMatchObject({ ok: true });
    const copy = join(folder, 'copy.h5ad');
    copyFileSync(files[0]!, copy);
    const bytes = readFileSync(`${files[0]!}.pack`);
    bytes[5000]! ^= 4;
    writeFileSync(`${copy}.pack`, bytes);
    expect((await truckee(['pack', 'verify', copy])).last).toMatchObject({ ok: false, error: { kind: 'corrupt-file', facts: { path: `${copy}.pack` } } });
    expect((await truckee(['pack', 'delete', copy])).code).toBe(0);
    expect(existsSync(`${copy}.pack`)).toBe(false);
    expect((await truckee(['pack', 'verify', copy])).last).toMatchObject({ ok: false, error: { kind: 'not-found' } });
    expect((await truckee(['pack', 'grow', copy])).code).toBe(2);
  });

  test('a pack of another file, or of a file that has changed, is sound but refused with the way to a new one; a mistyped file is told', async () => {
    const other = join(folder, 'other.h5ad');
    copyFileSync(files[1]!, other);
    copyFileSync(`${files[0]!}.pack`, `${other}.pack`);
    const verified = await truckee(['pack', 'verify', other]);
    expect(verified.code).not.toBe(0);
    expect(verified.last).toMatchObject({ ok: false, error: { kind: 'pack-unfit', message: expect.stringMatching(/is sound in itself, but does not belong to .*made from another file/), remedy: `Make a new one: truckee pack build ${other}` } });
    const { mtime } = statSync(files[0]!);
    utimesSync(files[0]!, mtime, new Date(mtime.getTime() + 5000));
    expect((await truckee(['pack', 'verify', files[0]!])).last).toMatchObject({ ok: false, error: { kind: 'pack-unfit', message: expect.stringMatching(/the file has changed since/) } });
    utimesSync(files[0]!, mtime, mtime);
    const mistyped = await truckee(['pack', 'delete', join(folder, 'plaet1.h5ad')]);
    expect(mistyped.code).not.toBe(0);
    expect(mistyped.last).toMatchObject({ ok: false, error: { kind: 'file-not-found' } });
  });
});

test('a loader is designed: predicted and measured over a grid, with what it takes', async () => {
  const { last } = await truckee(['bench', 'loader', ...files, '--block', 'chunks,8', '--fetch', '2,16', '--seconds', '0.3', '--warm', '0.1', '--floor', '0.9', '--order', join(folder, 'order')]);
  expect((last['order'] as string[]).every((path) => existsSync(path))).toBe(true);
  expect((last['order'] as string[]).length).toBe(3);
  expect(last).toMatchObject({ ok: true, cells: 2400, quick: true, recommended: { batch: 64 } });
  const grid = last['grid'] as { block: unknown; fetch: number; cells_per_second: number; bytes_per_worker: number; predicted_cells_per_second: number }[];
  expect(Object.keys(last['random'] as object)).toEqual(expect.arrayContaining(['plate', 'sample', 'drug', 'cell_line', 'dose']));
  expect(grid.map(({ block, fetch }) => [block, fetch])).toEqual([['chunks', 2], ['chunks', 16], [8, 2], [8, 16]]);
  for (const setting of grid) expect(Math.min(setting.cells_per_second, setting.bytes_per_worker, setting.predicted_cells_per_second)).toBeGreaterThan(0);
  expect((await truckee(['bench', 'loader', ...files, '--block', 'huge'])).code).toBe(2);
  expect((await truckee(['bench', 'loader', ...files, '--seconds', '0', '--where', 'plate == "plate1"'])).last).toMatchObject({ ok: true, cells: 1200 });
  for (const [wrong, words] of [
    [['--floor', '99'], /--floor needs a share of 0 to 1, such as 0\.99, or a percentage, such as 99%, not '99'/], [['--floor', '101%'], /share of 0 to 1/], [['--floor', ''], /share of 0 to 1/],
    [['--seconds', '0.00001'], /--seconds needs at least 0\.1.* or 0 to predict only/], [['--rounds', '5'], /--rounds is an option of bench storage/],
    [['--join', 'all'], /--join is same, inner or outer, not 'all'/], [['--backend', 'disk'], /--backend is auto, file, pack or memory/],
  ] as const) expect((await truckee(['bench', 'loader', ...files, ...wrong])).last).toMatchObject({ ok: false, error: { kind: 'bad-usage', message: expect.stringMatching(words) } });
});

test('in words: bits of plates and samples of every setting; the order for a place that cannot be is refused at once', async () => {
  const { stdout } = spawnSync(program[0]!, [...program.slice(1), 'bench', 'loader', ...files, '--block', 'chunks,8', '--fetch', '16', '--seconds', '0', '--floor', '90%', '--backend', 'file'], { encoding: 'utf8' });
  expect(stdout).toMatch(/plate bits +sample bits +memory\/worker/);
  expect(stdout).toMatch(/^ +chunks +16 +[\d,]+ +- +\d\.\d\d +\d\.\d\d /m);
  expect(stdout).toMatch(/Recommended: .* plate diversity \d\.\d\d of 0\.99 bits/);
  expect(stdout).toContain('Predicted only: nothing was measured.');
  if (existsSync('/proc/self')) expect((await truckee(['bench', 'loader', ...files, '--seconds', '0', '--order', '/proc/x'])).last).toMatchObject({ ok: false, error: { kind: 'file-not-found' } });
});

test('formats of storage are compared with a sample of the cells; nothing is left on the disk', async () => {
  const before = readdirSync(join(files[0]!, '..'));
  const { last } = await truckee(['bench', 'storage', ...files, '--cells', '300']);
  expect(last).toMatchObject({ ok: true, cells: 300, genes: 2000, cache: 'warm', disk: expect.any(String) });
  const formats = last['formats'] as { format: string; bytes: number; sequential: { n: number; median: number }; random: { n: number; median: number } }[];
  expect(formats.map(({ format }) => format)).toEqual(['HDF5, gzip', 'HDF5, uncompressed', 'Zarr', 'Parquet', 'SCDL', 'pack']);
  for (const { bytes, sequential, random } of formats) expect([bytes > 0, sequential.n, random.n, Math.min(sequential.median, random.median) > 0]).toEqual([true, 5, 5, true]);
  expect(readdirSync(join(files[0]!, '..'))).toEqual(before);
  expect((await truckee(['bench', 'storage', ...files, '--rounds', '2'])).last).toMatchObject({ ok: false, error: { kind: 'bad-usage', message: expect.stringMatching(/--rounds needs a whole number of at least 5/) } });
  for (const [option, value] of [['--cells', '1000000000000'], ['--cells', '0'], ['--rounds', '1e9'], ['--floor', '0.5']] as const) expect((await truckee(['bench', 'storage', ...files, option, value])).code).toBe(2);
});
