/** The command line's public contract: JSON field names, exit codes, and the way from a demo plate to every output. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStored } from '../../compute/results/array.ts';
import { program } from '../support/program.ts';
import { truckee, type Answer } from '../support/truckee.ts';
import { mainJob } from '../workbench/made.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee contract ü-'));
const workspace = join(folder, 'my workspace');
const here = ['--workspace', workspace];
const plates = join(folder, 'demo plates');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = (value: unknown): string[] => Object.keys(value as object).sort();
const object = (value: unknown): Readonly<Record<string, unknown>> => value as Readonly<Record<string, unknown>>;

let generated: Answer;
let added: Answer;
let ran: Answer;

beforeAll(async () => {
  generated = await truckee(['generate', plates, '--plates', '2', '--cells', '1500', '--genes', '3000', '--seed', '7', '--lines', '6', '--drugs', '12']);
  added = await truckee(['add', ...readdirSync(plates).map((name) => join(plates, name)), ...here]);
  ran = await truckee(['run', 'pca-umap', '--set', 'leiden.resolution=0.8', '--memory', '1GiB', ...here]);
});

describe('from nothing to results', () => {
  test('generate says what it made', () => {
    expect(generated.code).toBe(0);
    expect(keys(generated.last)).toEqual(['cells', 'files', 'folder', 'ok', 'seconds']);
    expect(generated.last['cells']).toBe(3000);
  });

  test('the same seed gives the same bytes, another seed others', async () => {
    const again = join(folder, 'again');
    const args = ['--plates', '1', '--cells', '1500', '--genes', '3000', '--lines', '6', '--drugs', '12'];
    await truckee(['generate', join(again, 'a'), '--seed', '7', ...args]);
    await truckee(['generate', join(again, 'b'), '--seed', '8', ...args]);
    const first = readFileSync(join(plates, 'plate1_demo.h5ad'));
    expect(readFileSync(join(again, 'a', 'plate1_demo.h5ad')).equals(first)).toBe(true);
    expect(readFileSync(join(again, 'b', 'plate1_demo.h5ad')).equals(first)).toBe(false);
  });

  test('add registers every file', () => {
    expect(added.code).toBe(0);
    expect(added.last).toEqual({ ok: true, added: ['plate1_demo', 'plate2_demo'], failed: 0 });
  });

  test('inspect has its documented fields, with --scan the counted ones', async () => {
    const { last, code } = await truckee(['inspect', join(plates, 'plate1_demo.h5ad'), '--scan']);
    expect(code).toBe(0);
    expect(keys(last)).toEqual([
      'X', 'bytes', 'counts_in', 'demo', 'encoding', 'first_obs', 'first_var', 'format', 'layers', 'n_obs', 'n_vars', 'obs', 'obsm', 'ok', 'path', 'problems', 'raw', 'var',
    ]);
    expect(keys(last['X'])).toEqual(['chunks', 'dtype', 'filter', 'integer', 'kind', 'max', 'nnz', 'shuffle', 'sum']);
    expect(last).toMatchObject({ ok: true, n_obs: 1500, n_vars: 3000, counts_in: 'X', demo: true, encoding: '0.1.0', format: 'h5ad' });
    const plain = await truckee(['inspect', join(plates, 'plate1_demo.h5ad')]);
    expect(keys(plain.last['X'])).toEqual(['chunks', 'dtype', 'filter', 'kind', 'shuffle']);
  });

  test('run ends with its documented summary', () => {
    expect(ran.code).toBe(0);
    expect(keys(ran.last)).toEqual(['cpu_seconds', 'ok', 'peak_bytes', 'results', 'run', 'seconds']);
    const results = ran.last['results'] as readonly Readonly<Record<string, unknown>>[];
    expect(results.map((result) => result['step'])).toEqual(['qc', 'filter', 'normalize', 'log1p', 'hvg', 'pca', 'subset', 'neighbors', 'umap', 'leiden']);
    for (const result of results) {
      expect(keys(result)).toEqual(['fingerprint', 'id', 'path', 'reused', 'step']);
      expect(existsSync(join(String(result['path']), 'provenance.json'))).toBe(true);
    }
    expect(Number(ran.last['peak_bytes'])).toBeGreaterThan(50e6);
    expect(Number(ran.last['cpu_seconds'])).toBeGreaterThan(0);
  });

  test('events are numbered without gaps and end with exactly one final one', () => {
    const events = ran.lines.filter((line) => typeof line['number'] === 'number');
    expect(events.map((line) => line['number'])).toEqual(events.map((_, i) => i + 1));
    const finals = events.filter((line) => ['done', 'failed', 'cancelled', 'gone'].includes(String(line['kind'])));
    expect(finals.map((line) => line['kind'])).toEqual(['done']);
    expect(events.at(-1)).toBe(finals[0]);
  });

  test('the kept cells of every plate are told, and are those marked full', () => {
    const note = ran.lines.find((line) => line['step'] === 'filter' && /^kept /.test(String(line['text'])))!;
    const told = /plate1_demo ([\d,]+), plate2_demo ([\d,]+)/.exec(String(note['text']))!.slice(1).map((n) => Number(n.replaceAll(',', '')));
    const path = (ran.last['results'] as readonly { step: string; path: string }[]).find((r) => r.step === 'filter')!.path;
    const keep = Uint8Array.from(openStored(join(path, 'rows', 'keep')).read());
    const count = (from: number, to: number): number => keep.slice(from, to).reduce((n, flag) => n + flag, 0);
    expect(told).toEqual([count(0, 1500), count(1500, 3000)]);
    expect(told[0]).toBeLessThan(1500);
  });

  test('a second run reuses everything; results and list say what is there', async () => {
    const again = await truckee(['run', 'pca-umap', '--set', 'leiden.resolution=0.8', ...here, '--memory', '1GiB']);
    expect((again.last['results'] as readonly { reused: boolean }[]).every((result) => result.reused)).toBe(true);
    const runs = await truckee(['results', ...here]);
    expect(runs.last).toEqual({ ok: true, runs: 2 });
    const listed = await truckee(['list', ...here]);
    expect(listed.last).toEqual({ ok: true, datasets: 2 });
    expect(keys(listed.lines[0])).toEqual(['bytes', 'counts_in', 'demo', 'fingerprint', 'n_obs', 'n_vars', 'name', 'path']);
  });

  test('preflight says what is needed and refuses what cannot fit', async () => {
    const fits = await truckee(['preflight', 'pca-umap', '--memory', '2GiB', '--seed', '99', '--set', 'hvg.n_top_genes=500', ...here]);
    expect([fits.code, fits.last['ok']]).toEqual([0, true]);
    expect((fits.last['lines'] as readonly { resource: string }[]).map((line) => line.resource)).toEqual(['memory', 'disk', 'time']);
    const tight = await truckee(['preflight', 'pca-umap', '--memory', '100MiB', '--set', 'hvg.n_top_genes=500', ...here]);
    expect([tight.code, tight.last['ok']]).toEqual([1, false]);
    expect(object(tight.last['error'])['kind']).toBe('memory-too-small');
    const refused = await truckee(['run', 'pca-umap', '--memory', '100MiB', '--set', 'hvg.n_top_genes=500', ...here]);
    expect(refused.code).toBe(1);
    expect(keys(refused.last)).toEqual(['error', 'ok']);
    expect(keys(refused.last['error'])).toEqual(['facts', 'kind', 'message', 'remedy']);
  });

  test('a recipe printed, changed and run from a file is the same recipe', async () => {
    const printed = spawnSync(program[0]!, [...program.slice(1), 'recipe', 'pca'], { encoding: 'utf8' }).stdout;
    const file = join(folder, 'recipe.json');
    writeFileSync(file, printed);
    const answer = await truckee(['run', file, ...here, '--memory', '1GiB']);
    expect((answer.last['results'] as readonly { reused: boolean }[]).every((result) => result.reused)).toBe(true);
  });
});

describe('export', () => {
  test('writes every format, without a path of this machine, and never over a file', async () => {
    const out = (name: string): string => join(folder, 'out put', name);
    const args = ['--h5ad', out('a.h5ad'), '--csv', out('a.csv'), '--notebook', out('n.ipynb'), '--figure', out('f.svg'), '--record', out('r.md')];
    const answer = await truckee(['export', 'latest', ...args, ...here]);
    expect([answer.code, answer.last['ok']]).toEqual([0, true]);
    expect(keys(answer.last)).toEqual(['files', 'ok', 'run']);
    for (const name of ['a.csv', 'n.ipynb', 'f.svg', 'r.md']) {
      const text = readFileSync(out(name), 'utf8');
      expect(text.length).toBeGreaterThan(500);
      expect(text.includes(folder), `${name} holds a path`).toBe(false);
      if (name !== 'a.csv') expect(text.toLowerCase()).toContain('demo');
    }
    expect(readFileSync(out('a.h5ad')).includes(folder), 'the h5ad holds a path').toBe(false);
    const again = await truckee(['export', 'latest', '--figure', out('f.svg'), ...here]);
    expect(object(again.last['error'])['kind']).toBe('already-exists');
  });

  test('says what is missing', async () => {
    expect((await truckee(['export', 'latest', ...here])).code).toBe(2);
    const unknown = await truckee(['export', 'zzzz', '--csv', join(folder, 'x.csv'), ...here]);
    expect([unknown.code, object(unknown.last['error'])['kind']]).toEqual([1, 'not-found']);
  });
});

describe('pca up to 300 components', () => {
  test('opens lazily in well under two seconds', async () => {
    const answer = await truckee(['run', 'pca', '--set', 'pca.n_comps=300', '--set', 'hvg.n_top_genes=1200', ...here, '--memory', '1GiB']);
    expect(answer.code).toBe(0);
    const { path } = (answer.last['results'] as readonly { step: string; path: string }[]).find((result) => result.step === 'pca')!;
    const times = Array.from({ length: 5 }, () => {
      const started = performance.now();
      const array = openStored(join(path, 'obsm', 'X_pca'));
      expect([array.shape[1], array.read(10, 11).length]).toEqual([300, 300]);
      return performance.now() - started;
    });
    // The quickest of several: milliseconds, on a busy machine too.
    expect(Math.min(...times)).toBeLessThan(2000);
  });
});

test('start --headless runs the main job in an empty workspace', async () => {
  const { workspace: fresh, answer } = await mainJob();
  expect(answer['ok']).toBe(true);
  const files = answer['files'] as readonly string[];
  expect(files.map((file) => file.replace(/.*\//, '').replace(/-[0-9a-f]{8}/, ''))).toEqual(['pca-umap.ipynb', 'pca-umap-umap.svg', 'pca-umap-pca.svg', 'pca-umap-record.md']);
  expect(files.every((file) => file.startsWith(fresh) && existsSync(file))).toBe(true);
});
