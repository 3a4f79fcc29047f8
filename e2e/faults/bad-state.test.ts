/** Damage that comes later: data changed or gone, parts of a workspace ruined, two hosts at once, a run that is stopped. */
import { appendFileSync, copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { damageChunk, hasPython } from './support/python.ts';
import { isAlive, kill, refusalOf, sleep, start, summaryOf, truckee } from './support/truckee.ts';
import { acknowledged, checkCatalog, checkLogs, demoPlates, digests, filesBelow, fresh, runArgs, scratch, templateOf } from './support/workspace.ts';

const folder = scratch('state');
const env = { TRUCKEE_CHECKPOINT_SECONDS: '0.1' };
let plates: string[];
let template: string;
let reference: Map<string, string>;

beforeAll(async () => {
  plates = await demoPlates(folder, { plates: 2, cells: 9000, genes: 1000 });
  template = await templateOf(folder, plates);
  const workspace = fresh(template, join(folder, 'reference'));
  summaryOf(await truckee(runArgs('pca', workspace)));
  reference = digests(workspace);
});

/** A workspace of its own with copies of the plates, which a test may ruin. */
async function ownPlates(name: string): Promise<{ workspace: string; files: string[] }> {
  const files = plates.map((_path, i) => join(folder, `${name}-${i + 1}.h5ad`));
  files.forEach((copy, i) => copyFileSync(plates[i]!, copy));
  const workspace = join(folder, name);
  summaryOf(await truckee(['add', ...files, '--workspace', workspace, '--json']));
  return { workspace, files };
}

const folderOf = (step: string): string => [...reference.keys()].find((name) => name.startsWith(`${step}-`))!;
const reusedIn = (lines: readonly Readonly<Record<string, unknown>>[]): unknown[] =>
  lines.filter((line) => line['kind'] === 'result' && line['reused'] === true).map((line) => line['step']);

describe('data that change', () => {
  test('a file changed after it was added, then added again', async () => {
    const { workspace, files } = await ownPlates('changed');
    appendFileSync(files[0]!, 'x');
    const refusal = refusalOf(await truckee(runArgs('qc', workspace)));
    expect(refusal).toMatchObject({ kind: 'dataset-changed', facts: { path: files[0] } });
    summaryOf(await truckee(['add', files[0]!, '--workspace', workspace, '--json']));
    summaryOf(await truckee(runArgs('qc', workspace)));
  });

  test('a file deleted after it was added', async () => {
    const { workspace, files } = await ownPlates('deleted');
    rmSync(files[1]!);
    expect(refusalOf(await truckee(runArgs('qc', workspace)))).toMatchObject({ kind: 'file-not-found', facts: { path: files[1] } });
    expect(summaryOf(await truckee(['list', '--workspace', workspace, '--json']))['datasets']).toBe(2);
  });

  test.skipIf(!hasPython)('a chunk damaged in the middle of a plate: where it is, and finished steps stay (needs Python)', async () => {
    const { workspace, files } = await ownPlates('chunk');
    utimesSync(files[1]!, 1_700_000_000, 1_700_000_000);
    summaryOf(await truckee(['add', files[1]!, '--workspace', workspace, '--json']));
    const done = acknowledged((await truckee([...runArgs('pca', workspace), '--set', 'filter.min_genes=5'])).lines);
    expect(done).toHaveLength(6);
    const { number, repair } = damageChunk(files[1]!, 'X/indices', 0.5);
    utimesSync(files[1]!, 1_700_000_000, 1_700_000_000);
    // Another pca: everything before it is reused, its own pass meets the damage.
    const args = [...runArgs('pca', workspace), '--set', 'filter.min_genes=5', '--set', 'pca.n_comps=7'];
    const outcome = await truckee(args, { env });
    const refusal = refusalOf(outcome);
    expect(refusal).toMatchObject({ kind: 'corrupt-chunk', facts: { path: files[1], dataset: '/X/indices', chunk: number } });
    const { rowStart, rowEnd } = refusal.facts as { rowStart: number; rowEnd: number };
    expect(rowStart).toBeGreaterThan(1000);
    expect(rowEnd).toBeLessThanOrEqual(9000);
    expect(rowEnd).toBeGreaterThan(rowStart);
    expect(reusedIn(outcome.lines)).toEqual(['qc', 'filter', 'normalize', 'log1p', 'hvg']);
    repair();
    utimesSync(files[1]!, 1_700_000_000, 1_700_000_000);
    expect(reusedIn((await truckee(args)).lines)).toEqual(['qc', 'filter', 'normalize', 'log1p', 'hvg']);
  });
});

describe('a workspace with damage', () => {
  const damaged = async (name: string, ruin: (workspace: string) => void): Promise<{ workspace: string; reused: unknown[]; notes: string }> => {
    const workspace = fresh(join(folder, 'reference'), join(folder, name));
    ruin(workspace);
    const outcome = await truckee(runArgs('pca', workspace));
    summaryOf(outcome);
    expect(digests(workspace)).toEqual(reference);
    return { workspace, reused: reusedIn(outcome.lines), notes: outcome.lines.filter((line) => line['kind'] === 'note').map((line) => line['text']).join('\n') };
  };

  test('a result without its record is made again', async () => {
    const { reused } = await damaged('no-record', (workspace) => rmSync(join(workspace, 'results', folderOf('hvg'), 'provenance.json')));
    expect(reused).toEqual(['qc', 'filter', 'normalize', 'log1p', 'pca']);
  });

  test('a result with a file cut short, or missing, is made again', async () => {
    const { reused, notes } = await damaged('short', (workspace) => {
      truncateSync(join(workspace, 'results', folderOf('qc'), 'obs/total_counts/0'), 1000);
      rmSync(join(workspace, 'results', folderOf('filter'), 'rows/keep/0'));
    });
    expect(reused).toEqual(['normalize', 'log1p', 'hvg', 'pca']);
    expect(notes).toMatch(/damaged, so it is made again/);
  });

  test('a result folder deleted by hand is made again', async () => {
    const { reused } = await damaged('deleted-result', (workspace) => rmSync(join(workspace, 'results', folderOf('pca')), { recursive: true }));
    expect(reused).toEqual(['qc', 'filter', 'normalize', 'log1p', 'hvg']);
  });

  test('metadata overwritten with as many other bytes is named', async () => {
    const workspace = fresh(join(folder, 'reference'), join(folder, 'metadata'));
    const path = join(workspace, 'results', folderOf('qc'), 'obs/total_counts/.zarray');
    writeFileSync(path, ' '.repeat(statSync(path).size));
    const refusal = refusalOf(await truckee([...runArgs('pca', workspace), '--set', 'filter.min_counts=3']));
    expect(refusal.kind).toBe('corrupt-result');
    expect(refusal.message).toContain('total_counts');
  });

  test('a record that is no JSON does not stop the listing', async () => {
    const workspace = fresh(join(folder, 'reference'), join(folder, 'record'));
    writeFileSync(join(workspace, 'results', folderOf('qc'), 'provenance.json'), '{"half": ');
    expect(summaryOf(await truckee(['results', '--workspace', workspace, '--json']))['runs']).toBe(1);
  });

  test.each([
    ['its header', (bytes: Buffer) => bytes.fill(0x20, 0, 100)],
    ['a page in its middle', (bytes: Buffer) => bytes.fill(0xff, 4096, 12_288)],
    ['no byte of a catalog', () => Buffer.from('something else entirely')],
  ])('a catalog damaged in %s: named, and nothing in it is touched', async (what, ruin) => {
    const workspace = fresh(join(folder, 'reference'), join(folder, 'catalog'));
    const path = join(workspace, 'catalog.sqlite');
    writeFileSync(path, ruin(readFileSync(path)));
    const before = readFileSync(path);
    // A page of one table leaves the others readable; nothing is written to any of them.
    for (const args of what.includes('page') ? [['run', 'pca'], ['add', plates[0]!]] : [['list'], ['results'], ['run', 'pca']]) {
      const refusal = refusalOf(await truckee([...args, '--workspace', workspace, '--json']));
      expect(refusal.kind, refusal.message).toBe('corrupt-file');
      expect(refusal.message).toContain('catalog');
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    expect([...digests(workspace)]).toEqual([...reference]);
  });

  test('checkpoints with a flipped bit are passed over', async () => {
    const workspace = fresh(template, join(folder, 'checkpoint'));
    const running = start(runArgs('pca', workspace), { env });
    await running.until((line) => line['kind'] === 'step-started' && line['step'] === 'pca');
    const found = (): string[] => filesBelow(join(workspace, 'work')).filter((name) => /pca-.*checkpoint\.[01]$/.test(name));
    for (let waited = 0; found().length === 0 && waited < 20_000; waited += 10) await sleep(10);
    kill(running.child.pid);
    kill(running.enginePid());
    await running.ended;
    expect(found().length).toBeGreaterThan(0);
    for (const name of found()) {
      const path = join(workspace, 'work', name);
      const bytes = readFileSync(path);
      if (bytes.length === 0) continue;
      bytes[Math.floor(bytes.length / 2)]! ^= 4;
      writeFileSync(path, bytes);
    }
    const outcome = await truckee(runArgs('pca', workspace));
    summaryOf(outcome);
    expect(outcome.lines.filter((line) => String(line['text']).startsWith('going on'))).toEqual([]);
    expect(digests(workspace)).toEqual(reference);
  });

  test('a finished checkpoint whose rows are gone starts from nothing', async () => {
    const workspace = fresh(template, join(folder, 'no-rows'));
    const running = start(runArgs('qc', workspace), { env });
    const work = join(workspace, 'work', folderOf('qc'));
    for (let waited = 0; !existsSync(join(work, 'checkpoint/scan/checkpoint.1')) && waited < 20_000; waited += 5) await sleep(5);
    kill(running.child.pid);
    kill(running.enginePid());
    await running.ended;
    rmSync(join(work, 'result'), { recursive: true });
    summaryOf(await truckee(runArgs('qc', workspace)));
    expect([...digests(workspace)]).toEqual([...reference].filter(([name]) => name.startsWith('qc-')));
  });
});

describe('two hosts and a stop', () => {
  test('a second host is told who holds the workspace; reading works meanwhile', async () => {
    const workspace = fresh(template, join(folder, 'two'));
    const first = start(runArgs('pca', workspace));
    await first.until((line) => line['kind'] === 'step-started');
    const refusal = refusalOf(await truckee(runArgs('qc', workspace)));
    expect(refusal).toMatchObject({ kind: 'workspace-locked', facts: { pid: first.child.pid } });
    expect(refusal.message).toContain(`process ${first.child.pid}`);
    expect(summaryOf(await truckee(['list', '--workspace', workspace, '--json']))['datasets']).toBe(2);
    expect(summaryOf(await truckee(['results', '--workspace', workspace, '--json']))['runs']).toBe(1);
    summaryOf(await first.ended);
    expect(digests(workspace)).toEqual(reference);
  });

  test('eight hosts at once: one runs, seven are told', async () => {
    const workspace = fresh(template, join(folder, 'eight'));
    // A lock of a process that is gone, so that all of them find something to take over.
    writeFileSync(join(workspace, 'host.lock'), JSON.stringify({ pid: 2 ** 22 - 5, started: '1', since: 'yesterday', address: '' }));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => truckee(['run', 'qc', '--workspace', workspace, '--json', '--workers', '1'])));
    const told = outcomes.filter((outcome) => outcome.code !== 0).map((outcome) => refusalOf(outcome).kind);
    expect(new Set(told)).toEqual(new Set(['workspace-locked']));
    expect(outcomes.length - told.length).toBeGreaterThan(0);
    checkCatalog(workspace);
    checkLogs(workspace);
  });

  test('Ctrl+C: exit 130, finished steps kept, the same command goes on', async () => {
    const workspace = fresh(template, join(folder, 'stopped'));
    const running = start(runArgs('pca', workspace), { group: true, env });
    await running.until((line) => line['kind'] === 'step-started' && line['step'] === 'pca');
    const engine = running.enginePid()!;
    // A terminal sends it to every process of the group.
    process.kill(-running.child.pid!, 'SIGINT');
    const outcome = await running.ended;
    expect(outcome.code).toBe(130);
    expect(refusalOf(outcome).kind).toBe('cancelled');
    expect(outcome.lines.filter((line) => line['kind'] === 'cancelled')).toHaveLength(1);
    expect(isAlive(engine)).toBe(false);
    expect(existsSync(join(workspace, 'host.lock'))).toBe(false);
    const kept = acknowledged(outcome.lines);
    expect(kept.length).toBe(5);
    const again = await truckee(runArgs('pca', workspace));
    summaryOf(again);
    expect(reusedIn(again.lines)).toHaveLength(5);
    expect(digests(workspace)).toEqual(reference);
    checkLogs(workspace);
  });

  test('Ctrl+C while demo plates are made leaves nothing half made', async () => {
    const target = join(folder, 'stopped-demo');
    const running = start(['generate', target, '--plates', '1', '--cells', '200000', '--genes', '2000', '--json'], { group: true });
    await running.until((line) => line['kind'] === 'progress' && Number(line['done']) > 0);
    process.kill(-running.child.pid!, 'SIGINT');
    const outcome = await running.ended;
    expect(outcome.code).toBe(130);
    expect(readdirSync(target)).toEqual([]);
  });
});
