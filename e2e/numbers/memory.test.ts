/**
 * Memory is a promise: a run given just the memory that preflight asks for keeps all its processes together inside it,
 * however many plates there are. Measured from outside, as the sum of Pss over host, engine and workers.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measure } from '../../bench/harness/measure.ts';
import { truckee as built } from '../../bench/harness/truckee.ts';
import { truckee } from '../support/truckee.ts';

const scratch = mkdtempSync(join(tmpdir(), 'truckee-memory-'));
const plates = join(scratch, 'plates');
const two = join(scratch, 'workspace-two');
let files: readonly string[];

beforeAll(async () => {
  const made = await truckee(['generate', plates, '--plates', '4', '--cells', '4500', '--genes', '62710', '--seed', '5', '--plate-chunks']);
  files = made.last['files'] as string[];
  await truckee(['add', ...files.slice(0, 2), '--workspace', two]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Least memory for the recipe over the first so many plates, as the refusal of too little names it. */
async function workspaceOf(count: number): Promise<{ workspace: string; least: number }> {
  const workspace = join(scratch, `workspace-${count}`);
  await truckee(['add', ...files.slice(0, count), '--workspace', workspace]);
  const refused = await truckee(['run', 'pca-umap', '--workspace', workspace, '--memory', '200MiB', '--workers', '2']);
  const { kind, facts } = refused.last['error'] as { kind: string; facts: { neededBytes: number } };
  expect(kind).toBe('memory-too-small');
  return { workspace, least: facts.neededBytes };
}

describe.runIf(process.platform === 'linux')('memory', () => {
  test('a comparison of all conditions stays inside the least memory that preflight accepts', async () => {
    const refused = await truckee(['run', 'de', '--workspace', two, '--memory', '200MiB', '--workers', '2']);
    const least = (refused.last['error'] as { facts: { neededBytes: number } }).facts.neededBytes;
    const run = await measure(built('run', 'de', '--workspace', two, '--memory', `${least}`, '--workers', '2', '--set', 'de.strata=[]', '--json'), 2);
    console.log(`de: ${(run.peakPssBytes / 2 ** 20).toFixed(0)} MiB used of ${(least / 2 ** 20).toFixed(0)} MiB asked for`);
    expect(run.peakPssBytes).toBeLessThan(least);
  });

  test.each(['h5ad', 'zarr'])('an extraction to %s stays inside the memory that it is foretold to take, and inside the memory given', async (format) => {
    const given = 600 * 2 ** 20;
    const run = await measure(built('query', '--where', 'gene_count > 0', '--out', join(scratch, `all.${format}`), '--workspace', two, '--memory', `${given}`, '--workers', '2', '--json'), 2);
    const { ram_bytes: foretold } = run.answer['planned'] as { ram_bytes: number };
    console.log(`extraction to ${format}: ${(Number(run.answer['peak_bytes']) / 2 ** 20).toFixed(0)} MiB while writing, ${(run.peakPssBytes / 2 ** 20).toFixed(0)} MiB in all, of ${(foretold / 2 ** 20).toFixed(0)} MiB foretold`);
    expect(Number(run.answer['peak_bytes'])).toBeLessThanOrEqual(foretold);
    expect(run.peakPssBytes).toBeLessThan(given);
  });

  test('all processes together stay inside the least memory that preflight accepts', async () => {
    for (const count of [1, 4]) {
      const { workspace, least } = await workspaceOf(count);
      const run = await measure(built('run', 'pca-umap', '--workspace', workspace, '--memory', `${least}`, '--workers', '2', '--json'), 2);
      console.log(`${count} plates: ${(run.peakPssBytes / 2 ** 20).toFixed(0)} MiB used of ${(least / 2 ** 20).toFixed(0)} MiB asked for`);
      expect(run.peakPssBytes).toBeLessThan(least);
      expect(Number(run.answer['peak_bytes'])).toBeLessThanOrEqual(least);
    }
  });
});
