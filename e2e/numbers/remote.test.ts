/** Plates behind HTTP ranges: described, asked and extracted without a download, equal to the same plate on disk. */
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockBytes } from '../../io/remote/stub.ts';
import type { QueryAnswer } from '../../protocol/query.ts';
import { nginxPath, startNginx, type Nginx } from '../support/nginx.ts';
import { createTrial, scratch, truckee } from '../support/truckee.ts';

describe.skipIf(nginxPath === null)('a plate behind HTTP', () => {
  const trial = createTrial();
  const at = ['--workspace', trial.workspace];
  const near = ['--workspace', join(trial.folder, 'near')];
  const question = ['--drug', 'DMSO_TF', '--where', 'pcnt_mito < 0.1'];
  const name = 'plate1_demo.h5ad';
  let server: Nginx;
  let [local, url] = ['', ''];
  beforeAll(async () => {
    const folder = scratch();
    server = await startNginx(folder);
    await truckee(['generate', join(folder, 'made'), '--plates', '1', '--cells', '12000', '--genes', '8000', '--drugs', '40', '--plate-chunks', ...near]);
    local = join(folder, 'made', name);
    mkdirSync(server.root, { recursive: true });
    copyFileSync(local, join(server.root, name));
    url = `${server.url}/${name}`;
    await truckee(['add', local, ...near]);
  });
  afterAll(() => server.stop());
  /** Blocks asked for, without the single bytes that tell the file's version. */
  const blocks = (): number[] => server.ranges().filter(([first, last]) => last > first)
    .flatMap(([first, last]) => Array.from({ length: Math.ceil((last + 1 - first) / blockBytes) }, (_, i) => Math.floor(first / blockBytes) + i));
  const expectOnceEach = (asked: number[]): void => expect(asked.toSorted((a, b) => a - b)).toEqual([...new Set(asked)].toSorted((a, b) => a - b));

  test('is described and registered by reading a part of it', async () => {
    const [here, there] = [(await truckee(['inspect', local, ...near])).last, (await truckee(['inspect', url, ...at])).last];
    const { path: _a, remote, ...rest } = there as Record<string, unknown>;
    const { path: _b, ...expected } = here as Record<string, unknown>;
    expect(rest).toEqual(expected);
    expect(remote).toMatchObject({ url, slow: expect.any(Boolean) });
    expect((remote as { rate: number }).rate).toBeGreaterThan(0);
    const added = await truckee(['add', url, ...at]);
    expect(added.last).toMatchObject({ ok: true, added: ['plate1_demo'] });
    expect(added.lines[0]).toMatchObject({ kind: 'added', remote: { url } });
    // Cells and genes, and some rows at eight places: this file is small, and still a third of it is left alone.
    expectOnceEach(blocks());
    expect(blocks().length).toBeLessThan(0.7 * Math.ceil(statSync(local).size / blockBytes));
  });

  test('is asked and extracted like the same file on disk, and nothing is fetched twice', async () => {
    const answers = await Promise.all([near, at].map(async (where) => (await truckee(['query', ...question, ...where])).last as unknown as QueryAnswer));
    expect({ ...answers[1]!, notes: [] }).toEqual({ ...answers[0]!, notes: [] });
    expect(answers[1]!.notes).toEqual([expect.stringContaining(`read from ${url} at`)]);
    const outs = [join(trial.folder, 'near.h5ad'), join(trial.folder, 'far.h5ad')];
    const done = [await truckee(['query', ...question, '--out', outs[0]!, '--memory', '600MiB', ...near]), await truckee(['query', ...question, '--out', outs[1]!, '--memory', '600MiB', ...at])];
    expect(done.map(({ last }) => last['cells'])).toEqual([answers[0]!.cells, answers[0]!.cells]);
    const [a, b] = outs.map((out) => readFileSync(out));
    // Only provenance differs: where it was read from.
    expect(Math.abs(a!.length - b!.length)).toBeLessThan(4096);
    expectOnceEach(blocks());
  });

  test('is listed, limited and cleared; a changed file is refused', async () => {
    const listed = await truckee(['remote', ...at]);
    expect(listed.lines[0]).toMatchObject({ kind: 'remote', name, size: statSync(local).size });
    expect(Number(listed.last['cached_bytes'])).toBeGreaterThan(0);
    expect((await truckee(['remote', 'limit', '1MiB', ...at])).last).toMatchObject({ ok: true, limit_bytes: 1024 ** 2 });
    expect((await truckee(['remote', 'clear', name, ...at])).last).toMatchObject({ ok: true, files: 1, freed_bytes: listed.last['cached_bytes'] });
    const again = (await truckee(['query', ...question, '--line', 'A549', ...at])).last;
    expect(again).toMatchObject({ ok: true });
    const kept = Number((await truckee(['remote', ...at])).last['cached_bytes']);
    expect(kept).toBeLessThan(1.3 * 1024 ** 2 + 64 * 256 * 1024);
    writeFileSync(join(server.root, name), Buffer.concat([readFileSync(local), Buffer.alloc(1)]));
    await truckee(['remote', 'clear', ...at]);
    expect((await truckee(['query', '--where', 'tscp_count > 10', ...at])).last).toMatchObject({ ok: false, error: { kind: 'remote-changed' } });
    expect((await truckee(['add', url, ...at])).last).toMatchObject({ ok: false, error: { kind: 'remote-changed' } });
    // Forgotten and added again, the new version is another file.
    expect((await truckee(['remote', 'forget', name, ...at])).last).toMatchObject({ ok: true, url });
    expect((await truckee(['add', url, ...at])).last).toMatchObject({ ok: true });
  });
});
