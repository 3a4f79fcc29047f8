/** A disk that fills up while a run writes, at any byte: a typed error, nothing half adopted, and with room again the same bytes. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDisk, whyNoDisk, type Disk } from './support/power.ts';
import { refusalOf, start, summaryOf, truckee } from './support/truckee.ts';
import { acknowledged, checkCatalog, checkLogs, demoPlates, digests, fresh, randomSeries, runArgs, samples, scratch, templateOf } from './support/workspace.ts';

const positions = samples(4);
const env = { TRUCKEE_CHECKPOINT_SECONDS: '0.1' };
const folder = scratch('full');
const missing = whyNoDisk('ext4');
let plates: string[];
let template: string;
let reference: Map<string, string>;
let disk: Disk;

beforeAll(async () => {
  if (missing !== null) return;
  plates = await demoPlates(folder, { plates: 2, cells: 5000, genes: 1000 });
  template = await templateOf(folder, plates);
  const workspace = fresh(template, join(folder, 'reference'));
  summaryOf(await truckee(runArgs('pca', workspace)));
  reference = digests(workspace);
  disk = makeDisk(join(folder, 'ext4'), 'ext4');
});

afterAll(() => {
  if (missing === null) disk.remove();
});

describe.skipIf(missing !== null)(`a full disk${missing === null ? '' : ` (${missing})`}`, () => {
  test('is foreseen before anything is read', async () => {
    const workspace = fresh(template, join(disk.mount, 'foreseen'));
    disk.fill(20 * 2 ** 20);
    const refusal = refusalOf(await truckee(runArgs('pca', workspace)));
    disk.free();
    expect(refusal.kind).toBe('disk-too-small');
    expect(Number(refusal.facts['availableBytes'])).toBeLessThan(21 * 2 ** 20);
  });

  test(`${positions} positions`, async () => {
    const random = randomSeries(4);
    const kinds = new Map<string, number>();
    for (let position = 0; position < positions; position++) {
      const workspace = fresh(template, join(disk.mount, 'workspace'));
      const running = start(runArgs('pca', workspace), { env });
      // Once at the very beginning without any room: that cannot end well.
      const results = position === 0 ? 0 : Math.floor(random() * 6);
      await running.until(() => running.enginePid() !== null && acknowledged(running.lines).length >= results);
      disk.fill(position === 0 ? 0 : Math.floor(random() ** 3 * 3e6));
      const outcome = await running.ended;
      const kind = outcome.code === 0 ? 'had room' : refusalOf(outcome).kind;
      expect(['had room', 'disk-full'], outcome.stdout.slice(-500)).toContain(kind);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const found = digests(workspace);
      for (const name of checkCatalog(workspace).results) expect(found.get(name), name).toBe(reference.get(name));
      for (const args of [['list'], ['results']]) summaryOf(await truckee([...args, '--workspace', workspace, '--json']));
      disk.free();
      summaryOf(await truckee(runArgs('pca', workspace), { env }));
      expect(digests(workspace)).toEqual(reference);
      checkLogs(workspace);
      expect(readdirSync(join(workspace, 'work'))).toEqual([]);
    }
    console.log(`full disk: ${positions} positions, ${JSON.stringify(Object.fromEntries(kinds))}`);
    expect(kinds.get('disk-full') ?? 0).toBeGreaterThan(0);
  }, samples(4) * 30_000);

  test('demo plates that do not fit leave nothing half made', async () => {
    disk.fill(2 ** 20);
    const target = join(disk.mount, 'demo');
    const refusal = refusalOf(await truckee(['generate', target, '--plates', '2', '--cells', '5000', '--genes', '1000', '--json']));
    disk.free();
    expect(refusal.kind).toBe('disk-full');
    expect(readdirSync(target)).toEqual([]);
  });
});
