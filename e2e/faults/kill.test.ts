/** Kills: host, engine or both, at any moment, also twice in a row and during recovery; the end is always the same bytes. */
import { existsSync, readFileSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { damageChunk, hasPython } from './support/python.ts';
import { isAlive, kill, sleep, start, summaryOf, truckee, type Outcome, type Running } from './support/truckee.ts';
import { checkCatalog, checkLogs, demoPlates, digests, fresh, randomSeries, runArgs, samples, scratch, templateOf } from './support/workspace.ts';

const kills = samples(16);
const env = { TRUCKEE_CHECKPOINT_SECONDS: '0.2' };
const folder = scratch('kill');
let plates: string[];
let template: string;
let reference: Map<string, string>;

beforeAll(async () => {
  plates = await demoPlates(folder, { plates: 3, cells: 12_000, genes: 3000 });
  // A whole second, which utimes can give back exactly.
  utimesSync(plates[0]!, 1_700_000_000, 1_700_000_000);
  template = await templateOf(folder, plates);
  const workspace = fresh(template, join(folder, 'reference'));
  summaryOf(await truckee(runArgs('pca', workspace)));
  reference = digests(workspace);
  expect(reference.size).toBe(6);
});

type Victim = 'host' | 'engine' | 'both';

/** Kills after `ms`; resolves with whether there was anything left to kill. */
async function killAfter(running: Running, ms: number, victim: Victim): Promise<boolean> {
  let over = false;
  void running.ended.then(() => (over = true));
  await Promise.race([sleep(ms), running.ended]);
  if (over) return false;
  const engine = running.enginePid();
  if (victim !== 'host') kill(engine);
  if (victim !== 'engine') {
    kill(running.child.pid);
    await running.ended;
    for (let waited = 0; engine !== null && isAlive(engine) && waited < 2000; waited += 50) await sleep(50);
    expect(engine !== null && isAlive(engine), 'an engine outlived its host by 2 s').toBe(false);
  }
  return victim !== 'engine' || engine !== null;
}

test(`${kills} kills at random moments`, async () => {
  const random = randomSeries(1);
  const victims: Victim[] = ['host', 'engine', 'both'];
  const counts = { host: 0, engine: 0, both: 0, workspaces: 0, inRecovery: 0 };
  const done = (): number => counts.host + counts.engine + counts.both;
  while (done() < kills) {
    const workspace = fresh(template, join(folder, 'killed'));
    counts.workspaces += 1;
    let outcome: Outcome | null = null;
    for (let attempt = 0; outcome === null; attempt++) {
      const running = start(runArgs('pca', workspace), { env });
      // The first seconds of a rerun are its recovery; some kills fall right into it, some twice in a row.
      for (let hits = 0; hits < 2 && done() < kills && attempt < 6; hits++) {
        const victim = victims[Math.floor(random() * 3)]!;
        const early = random() < 0.3;
        if (!(await killAfter(running, early ? 100 + random() * 500 : 600 + random() * 3400, victim))) break;
        counts[victim] += 1;
        if (early && attempt > 0) counts.inRecovery += 1;
        if (victim !== 'engine') break;
      }
      const ended = await running.ended;
      if (ended.signal === null) outcome = ended;
    }
    summaryOf(outcome);
    expect(digests(workspace)).toEqual(reference);
    checkCatalog(workspace);
    checkLogs(workspace);
    expect(readdirSync(join(workspace, 'work'))).toEqual([]);
    expect(existsSync(join(workspace, 'host.lock'))).toBe(false);
  }
  console.log(`kills: ${JSON.stringify(counts)}`);
  expect(done()).toBeGreaterThanOrEqual(kills);
}, samples(16) * 20_000);

describe('after a kill', () => {
  test('the host itself starts a killed engine again, with half the chunk and a note', async () => {
    const workspace = fresh(template, join(folder, 'engine'));
    const { steps } = summaryOf(await truckee(['preflight', 'pca', '--workspace', workspace, '--workers', '2', '--json'])) as { steps?: { step: string; chunkRows: number }[] };
    const planned = steps!.find((step) => step.step === 'pca')!.chunkRows;
    const running = start(runArgs('pca', workspace), { env });
    await running.until((line) => line['kind'] === 'step-started' && line['step'] === 'pca');
    await sleep(300);
    const killed = running.enginePid();
    kill(killed);
    const outcome = await running.ended;
    summaryOf(outcome);
    const note = outcome.lines.find((line) => line['kind'] === 'note' && String(line['text']).includes('starting again'));
    expect(note?.['level']).toBe('warning');
    expect(String(note?.['text'])).toContain(`chunks of ${Math.floor(planned / 2)} rows`);
    expect(running.enginePid()).not.toBe(killed);
    expect(digests(workspace)).toEqual(reference);
    // Each result is told once, and as made by this run.
    const results = outcome.lines.filter((line) => line['kind'] === 'result');
    expect(results.map((line) => [line['step'], line['reused']])).toEqual(['qc', 'filter', 'normalize', 'log1p', 'hvg', 'pca'].map((step) => [step, false]));
  });

  test.skipIf(!hasPython)('plates that were finished are not read again (needs Python)', async () => {
    let workspace = '';
    let args: string[] = [];
    let tiles = 0;
    // The pass takes a few tenths of a second: a run that got away is let go, and the next one is caught.
    for (let attempt = 0; tiles < 3 && attempt < 8; attempt++) {
      workspace = fresh(template, join(folder, `plates-${attempt}`));
      args = runArgs('qc', workspace);
      const running = start(args, { env: { TRUCKEE_CHECKPOINT_SECONDS: '0' } });
      let ended = false;
      void running.ended.then(() => (ended = true));
      while (!ended && savedTiles(workspace) < 3) await sleep(2);
      kill(running.child.pid);
      kill(running.enginePid());
      await running.ended;
      tiles = savedTiles(workspace);
    }
    expect(tiles).toBeGreaterThanOrEqual(3);
    // The first plate is ruined behind Truckee's back, size and time unchanged: reading it again would end in an error.
    const { repair } = damageChunk(plates[0]!, 'X/data', 0.5);
    utimesSync(plates[0]!, 1_700_000_000, 1_700_000_000);
    try {
      const outcome = await truckee(args, { env });
      summaryOf(outcome);
      const note = outcome.lines.find((line) => String(line['text']).startsWith('going on'));
      expect(String(note?.['text'])).toMatch(new RegExp(`going on .*plate[23]_demo .*: ${tiles} of 9 tiles are done`));
    } finally {
      repair();
      utimesSync(plates[0]!, 1_700_000_000, 1_700_000_000);
    }
    const qc = [...reference].filter(([name]) => name.startsWith('qc-'));
    // Alone, qc sums up nothing for a later step, but its own columns are the same.
    expect([...digests(workspace)]).toEqual(qc);
  });
});

/** Tiles covered by the newest checkpoint of qc's pass. */
function savedTiles(workspace: string): number {
  const work = join(workspace, 'work');
  let most = 0;
  for (const step of readdirSync(work).filter((name) => name.startsWith('qc-'))) {
    for (const turn of [0, 1]) {
      const path = join(work, step, 'checkpoint/scan', `checkpoint.${turn}`);
      if (!existsSync(path)) continue;
      const tiles = /"tilesDone":(\d+)/.exec(readFileSync(path).toString('latin1', 0, 4096))?.[1];
      most = Math.max(most, Number(tiles ?? 0));
    }
  }
  return most;
}
