/** Power cuts: at a random moment everything that was not forced to disk is lost; what was acknowledged must be there afterwards. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDisk, whyNoDisk, type Disk, type FileSystem } from './support/power.ts';
import { kill, sleep, start, summaryOf, truckee } from './support/truckee.ts';
import { acknowledged, checkCatalog, checkLogs, demoPlates, digests, fresh, randomSeries, runArgs, samples, scratch, templateOf } from './support/workspace.ts';

const env = { TRUCKEE_CHECKPOINT_SECONDS: '0.2' };
const folder = scratch('power');
let plates: string[];
let template: string;
let reference: Map<string, string>;

beforeAll(async () => {
  plates = await demoPlates(folder, { plates: 3, cells: 5000, genes: 1500 });
  template = await templateOf(folder, plates.slice(0, 2));
  const workspace = fresh(template, join(folder, 'reference'));
  summaryOf(await truckee(runArgs('pca', workspace)));
  reference = digests(workspace);
});

describe.each([['ext4', samples(3)], ['xfs', samples(1)]] as [FileSystem, number][])('on %s', (system, cuts) => {
  const missing = whyNoDisk(system);
  let disk: Disk;
  beforeAll(() => {
    if (missing === null) disk = makeDisk(join(folder, system), system);
  });
  afterAll(() => {
    if (missing === null) disk.remove();
  });

  test.skipIf(missing !== null)(`${cuts} power cuts${missing === null ? '' : ` (${missing})`}`, async () => {
    const random = randomSeries(2);
    const workspace = join(disk.mount, 'workspace');
    let kept = 0;
    let midway = 0;
    for (let cut = 0; cut < cuts; cut++) {
      // The template was made long ago: it is on disk.
      fresh(template, workspace);
      disk.restart();
      const running = start(runArgs('pca', workspace), { env });
      // Spread over the work, not over the clock: after so many results, and a little later. The first cut comes at once.
      if (cut > 0) {
        const first = Math.floor(random() * 6.5);
        await running.until(() => acknowledged(running.lines).length >= first);
        await sleep(random() * 600);
      }
      disk.cutPower();
      // What it printed before this moment was promised; nothing printed later can be.
      const promised = acknowledged([...running.lines]);
      kill(running.child.pid);
      kill(running.enginePid());
      const { lines } = await running.ended;
      if (!lines.some((line) => line['ok'] === true)) midway += 1;
      await sleep(100);
      disk.restart();
      const { results, datasets } = checkCatalog(workspace);
      const found = digests(workspace);
      expect(datasets).toHaveLength(2);
      for (const name of promised) {
        expect(results, name).toContain(name);
        expect(found.get(name), name).toBe(reference.get(name));
      }
      kept += promised.length;
      const again = await truckee(runArgs('pca', workspace), { env });
      summaryOf(again);
      expect(again.lines.filter((line) => line['kind'] === 'result' && line['reused']).length).toBeGreaterThanOrEqual(promised.length);
      expect(digests(workspace)).toEqual(reference);
      checkLogs(workspace);
    }
    console.log(`power cuts on ${system}: ${cuts}, of them ${midway} in the middle of a run; results promised and kept: ${kept}`);
    expect(midway).toBeGreaterThan(0);
  }, samples(4) * 60_000);

  test.skipIf(missing !== null)('a registered file stays registered, demo plates stay whole', async () => {
    const workspace = join(disk.mount, 'added');
    const target = join(disk.mount, 'demo');
    const made = await truckee(['generate', target, '--plates', '1', '--cells', '1500', '--genes', '1500', '--json']);
    const file = (summaryOf(made)['files'] as string[])[0]!;
    const running = start(['add', file, plates[2]!, '--workspace', workspace, '--json']);
    await running.until((line) => line['kind'] === 'added' && line['name'] === 'plate3_demo');
    disk.cutPower();
    kill(running.child.pid);
    await running.ended;
    await sleep(200);
    disk.restart();
    expect(existsSync(file)).toBe(true);
    expect(checkCatalog(workspace).datasets.sort()).toEqual(['plate1_demo', 'plate3_demo']);
    summaryOf(await truckee(runArgs('qc', workspace, '--set', 'qc.percent_top=[50]')));
  });
});
