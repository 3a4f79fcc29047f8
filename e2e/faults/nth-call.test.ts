/**
 * Disks that fail at the N-th call, once or from then on, under host and engine: a typed error with a remedy or the right
 * result, never half a result, and without the fault the same command ends with the same bytes.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeFault, hasStrace, withFault, type Fault } from './support/strace.ts';
import { refusalOf, sleep, start, summaryOf, truckee, type Outcome } from './support/truckee.ts';
import { checkCatalog, checkLogs, demoPlates, digests, filesBelow, fresh, randomSeries, runArgs, samples, scratch, templateOf } from './support/workspace.ts';

const points = samples(15);
const env = { TRUCKEE_CHECKPOINT_SECONDS: '0' };
const folder = scratch('nth');
/** Two workspaces take turns: one fails while the other recovers. */
const lanes = ['a', 'b'].map((name) => join(folder, name));
let template: string;
let reference: Map<string, string>;
/** Paths inside a workspace that a run touches. */
let touched: string[];

beforeAll(async () => {
  template = await templateOf(folder, await demoPlates(folder, { plates: 2, cells: 300, genes: 300 }));
  if (!hasStrace) return;
  const workspace = fresh(template, lanes[0]!);
  const running = start(runArgs('pca', workspace), { env });
  const seen = new Set<string>();
  let over = false;
  void running.ended.then(() => (over = true));
  while (!over) {
    await sleep(5);
    try {
      for (const file of filesBelow(workspace)) seen.add(file);
    } catch {
      // A folder went while it was read: there is a next time.
    }
  }
  summaryOf(await running.ended);
  reference = digests(workspace);
  for (const [name] of reference) for (const file of filesBelow(join(workspace, 'results', name))) seen.add(`work/${name}/result/${file}`);
  for (const file of [...seen]) {
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) seen.add(file.slice(0, at));
  }
  // Log files have names of their own each time.
  touched = [...seen, 'host.lock', 'host.lock.new', 'catalog.sqlite-wal', 'catalog.sqlite-shm'].filter((file) => !/^runs\/./.test(file));
});

interface Act {
  /** Part of the workspace. */
  readonly part: RegExp;
  readonly calls: string;
  readonly errors: readonly string[];
  /** About as many such calls one thread makes. */
  readonly most: number;
}

const full = ['ENOSPC', 'EIO'];
const acts: readonly Act[] = [
  { part: /^work/, calls: 'pwrite64,pwritev', errors: full, most: 30 },
  { part: /^work/, calls: 'write,writev', errors: full, most: 40 },
  { part: /^work/, calls: 'fsync,fdatasync', errors: full, most: 60 },
  { part: /^work/, calls: 'openat,open', errors: ['EMFILE', 'EIO', 'ENOSPC', 'EACCES'], most: 120 },
  { part: /^work/, calls: 'ftruncate', errors: ['EIO', 'ENOSPC'], most: 8 },
  { part: /^work/, calls: 'mkdir,mkdirat', errors: ['ENOSPC'], most: 12 },
  { part: /^work/, calls: 'unlink,unlinkat,rmdir', errors: ['EIO'], most: 12 },
  { part: /^(work|results)/, calls: 'rename,renameat,renameat2', errors: full, most: 6 },
  { part: /^results/, calls: 'openat,open', errors: ['EMFILE', 'EIO'], most: 25 },
  { part: /^results/, calls: 'fsync,fdatasync', errors: full, most: 6 },
  { part: /^catalog/, calls: 'pwrite64,pwritev', errors: full, most: 40 },
  { part: /^catalog/, calls: 'fsync,fdatasync', errors: full, most: 12 },
  { part: /^catalog/, calls: 'openat,open', errors: ['EMFILE', 'EIO', 'ENOSPC'], most: 4 },
  { part: /^(cache|host)/, calls: 'write,writev', errors: full, most: 2 },
  { part: /^(cache|host)/, calls: 'openat,open', errors: ['EMFILE', 'EIO', 'ENOSPC'], most: 4 },
];

interface Point extends Fault {
  readonly part: RegExp;
}

function drawPoints(): Point[] {
  const random = randomSeries(3);
  return Array.from({ length: points }, (_, i): Point => {
    const { part, calls, errors, most } = acts[i % acts.length]!;
    return { part, calls, error: errors[Math.floor(random() * errors.length)]!, n: 1 + Math.floor(random() * most), forever: random() < 0.4 };
  });
}

describe.skipIf(!hasStrace)('failing calls (needs strace)', () => {
  test(`${points} points`, async () => {
    const faults = drawPoints();
    const places = new Map<string, number>();
    const kinds = new Map<string, number>();
    const count = (kind: string): void => void kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const lane = async (workspace: string): Promise<void> => {
      for (let fault = faults.shift(); fault; fault = faults.shift()) {
        const label = `${describeFault(fault)} in ${fault.part.source}`;
        const paths = touched.filter((file) => fault.part.test(file)).map((file) => join(workspace, file));
        fresh(template, workspace);
        const log = `${workspace}.strace`;
        const outcome = await truckee(runArgs('pca', workspace, '--workers', '1'), { env, before: withFault(fault, paths, log) });
        if (!readFileSync(log, 'utf8').includes('INJECTED')) count('not met');
        else count(judged(outcome, label));
        const place = String(outcome.lines.findLast((line) => line['kind'] === 'step-started')?.['step'] ?? 'start');
        places.set(place, (places.get(place) ?? 0) + 1);
        adoptedAreWhole(workspace, label);
        const again = await truckee(runArgs('pca', workspace, '--workers', '1'), { env });
        expect(again.code, `${label}: ${again.stdout.slice(-800)} ${again.stderr}`).toBe(0);
        expect(digests(workspace), label).toEqual(reference);
        checkLogs(workspace);
        expect(readdirSync(join(workspace, 'work')), label).toEqual([]);
      }
    };
    await Promise.all(lanes.map(lane));
    console.log(`failing calls: ${points} points, ${JSON.stringify(Object.fromEntries(kinds))}, last step ${JSON.stringify(Object.fromEntries(places))}`);
    expect(kinds.get('io-failed') ?? 0).toBeGreaterThan(0);
    expect(kinds.get('disk-full') ?? 0).toBeGreaterThan(0);
  }, samples(15) * 10_000);
});

function judged(outcome: Outcome, label: string): string {
  expect(outcome.seconds, label).toBeLessThan(60);
  if (outcome.code === 0) {
    summaryOf(outcome);
    return 'survived';
  }
  const { kind, facts } = refusalOf(outcome);
  expect(facts['path'], `${label}: ${outcome.stdout.slice(-600)}`).toMatch(/[/](cache|catalog|host|results|work)|catalog of the workspace/);
  expect(['disk-full', 'io-failed', 'not-permitted', 'corrupt-file', 'corrupt-result'], `${label}: ${outcome.stdout.slice(-600)}`).toContain(kind);
  return kind;
}

/** Every result that the catalog lists is complete and right. */
function adoptedAreWhole(workspace: string, label: string): void {
  const found = digests(workspace);
  for (const name of checkCatalog(workspace).results) expect(found.get(name), `${label}: ${name}`).toBe(reference.get(name));
}

describe.skipIf(!existsSync('/bin/bash'))('limits of the shell', () => {
  const limited = async (limit: string): Promise<Outcome> => {
    const workspace = fresh(template, lanes[1]!);
    return truckee(runArgs('pca', workspace, '--workers', '1'), { env, before: ['bash', '-c', `${limit}; exec "$@"`, 'limited'] });
  };

  test('no file may grow beyond some KiB', async () => {
    const outcome = await limited("trap '' XFSZ; ulimit -f 80");
    expect(['disk-full', 'io-failed']).toContain(refusalOf(outcome).kind);
  });

  test.each([22, 30, 44])('only %i open files', async (files) => {
    const outcome = await limited(`ulimit -n ${files}`);
    // Node itself gives up below its own needs; from there on it is our word or the right result.
    if (outcome.code === 0) summaryOf(outcome);
    else if (outcome.lines.length > 0) expect(['io-failed', 'engine-gone', 'corrupt-file']).toContain(refusalOf(outcome).kind);
    summaryOf(await truckee(runArgs('pca', lanes[1]!), { env }));
    expect(digests(lanes[1]!).size).toBe(6);
  });
});
