/** A stop in the middle of X keeps what was written; what goes on from there ends in the file that is written in one go. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftOf } from '../../io/unfinished.ts';
import { isKind } from '../../protocol/errors.ts';
import type { Plate } from '../matrix/plates.ts';
import { createRandom } from '../random/random.ts';
import { createH5ad } from '../results/h5ad/index.ts';
import { findSlots } from '../results/slots.ts';
import { openPlate } from '../stores/index.ts';
import { writeAnnData } from './anndata.ts';
import { openAxis } from './axis.ts';
import { openCrew, type Crew } from './crew/crew.ts';
import { planObs } from './obs-plan.ts';
import { writeAside } from './place.ts';
import { openProgress } from './progress.ts';
import { createZarr } from './zarr/writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-go-on-'));
const [nObs, nVars, perRow] = [9000, 60, 12];
const plates: Plate[] = [];
let crew: Crew;

beforeAll(async () => {
  crew = openCrew(2);
  for (const name of ['p1', 'p2']) {
    const path = join(folder, `${name}.h5ad`);
    const random = createRandom(plates.length, 0);
    const file = createH5ad(path, { nObs, nVars });
    const indices = Int32Array.from({ length: nObs * perRow }, (_, i) => (i % perRow) * 5 + random.below(5));
    await file.csr('X').append({ rows: nObs, indptr: Int32Array.from({ length: nObs + 1 }, (_, row) => row * perRow), indices, values: Float32Array.from(indices, () => 1 + random.below(9)) });
    for (const [axis, length] of [['obs', nObs], ['var', nVars]] as const) await file.frame(axis).index.append(Array.from({ length }, (_, i) => `${axis}${i}`));
    await file.close();
    const plate = await openPlate(path);
    plates.push({ name, path, spec: plate.counts()!, rowOffset: plates.length * nObs, nObs, nVars, toCommon: null });
    plate.close();
  }
});
afterAll(async () => {
  await crew.close();
  rmSync(folder, { recursive: true });
});

/** Stops once more cells of X than these have been written; returns how many were there before. */
async function write(target: string, stopBehind: number, tag = 'mine'): Promise<number> {
  const stop = new AbortController();
  const slots = findSlots([]);
  const axis = openAxis(plates, slots);
  const obs = await planObs(axis, slots);
  let before = 0;
  await writeAside(target, async (path, work) => {
    const progress = openProgress(path, work, tag, 3600);
    before = progress.rowsBefore;
    const axes = { nObs: axis.kept, nVars, begun: before > 0, gzip: 1, packer: crew };
    return writeAnnData(target.endsWith('.zarr') ? createZarr(path, axes) : createH5ad(path, axes), {
      axis, slots, plates, obs, genes: Array.from({ length: nVars }, (_, i) => `var${i}`), x: { lognorm: null, crew }, provenance: {}, demo: false, signal: stop.signal, progress,
      report: (done) => void (done - axis.kept > stopBehind && stop.abort()),
    }, []);
  });
  return before;
}

const stopped = (target: string, behind: number): Promise<void> => expect(write(target, behind)).rejects.toSatisfy((error) => isKind(error, 'cancelled'));

function digestOf(path: string): string {
  if (!statSync(path).isDirectory()) return createHash('sha256').update(readFileSync(path)).digest('hex');
  return JSON.stringify(readdirSync(path).sort().map((name) => [name, digestOf(join(path, name))]));
}

describe.each(['h5ad', 'zarr'])('an extraction to %s', (format) => {
  test('that was stopped twice in the middle goes on there, with the same bytes', async () => {
    const whole = join(folder, `whole.${format}`);
    expect(await write(whole, Infinity)).toBe(0);
    const target = join(folder, `stopped.${format}`);
    await stopped(target, 4000);
    expect(existsSync(target)).toBe(false);
    expect(leftOf(target)).toHaveLength(1);
    await stopped(target, 12_000);
    const before = await write(target, Infinity);
    expect(before).toBeGreaterThan(12_000);
    expect(before).toBeLessThan(2 * nObs);
    expect(digestOf(target)).toBe(digestOf(whole));
    expect(leftOf(target)).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('that was stopped before a cell of X leaves nothing; one of another question begins anew', async () => {
    const target = join(folder, `other.${format}`);
    await stopped(target, -nObs);
    expect(leftOf(target)).toEqual([]);
    await stopped(target, 4000);
    expect(await write(target, Infinity, 'another')).toBe(0);
    expect(digestOf(target)).toBe(digestOf(join(folder, `whole.${format}`)));
  });
});
