/** Predictions against what really happened here, and a refusal that a user overrides. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTrial, truckee } from '../support/truckee.ts';

interface Past { step: string; predictedSeconds: number; plannedSeconds: number; boundBytes: number; predictedBytes: number; peakBytes: number; boundDiskBytes: number; predictedDiskBytes: number; diskBytes: number }

describe('preflight', () => {
  const trial = createTrial();
  const here = ['--workspace', trial.workspace];
  const qc = (top: number, ...more: string[]): Promise<Awaited<ReturnType<typeof truckee>>> => truckee(['run', 'qc', '--set', `qc.percent_top=[${top}]`, '--workers', '1', ...here, ...more]);
  beforeAll(async () => {
    const made = await truckee(['generate', join(trial.folder, 'made'), '--plates', '1', '--cells', '6000', '--genes', '2000']);
    await trial.add(...(made.last['files'] as string[]));
  });

  test('after three runs, memory and disk are predicted within a quarter of what the fourth takes', async () => {
    for (const top of [50, 60, 70, 80]) expect((await qc(top)).last).toMatchObject({ ok: true });
    const { lines } = await truckee(['preflight', 'qc', '--history', ...here]);
    const past = lines.filter((line) => line['kind'] === 'history') as unknown as Past[];
    expect(past).toHaveLength(4);
    // Nothing was known yet: the bounds are all there is.
    expect(past[0]).toMatchObject({ predictedBytes: past[0]!.boundBytes, predictedDiskBytes: past[0]!.boundDiskBytes });
    const last = past[3]!;
    expect(Math.abs(last.predictedBytes / last.peakBytes - 1)).toBeLessThan(0.25);
    expect(Math.abs(last.predictedDiskBytes / last.diskBytes - 1)).toBeLessThan(0.25);
    expect(last.peakBytes).toBeLessThanOrEqual(last.boundBytes);
    // How long it took depends on who else uses the machine; that the three runs were learnt from does not.
    expect(last.predictedSeconds).not.toBe(last.plannedSeconds);
  });

  test('after three extractions too; and none takes more memory or disk than is foretold', async () => {
    for (const less of [9, 8, 7, 6]) {
      const done = (await truckee(['query', '--where', `gene_count > ${less}`, '--out', join(trial.folder, `cells-${less}.h5ad`), ...here])).last;
      expect(done).toMatchObject({ ok: true });
      const planned = done['planned'] as { ram_bytes: number; disk_bytes: number };
      expect(Number(done['peak_bytes'])).toBeLessThanOrEqual(planned.ram_bytes);
      expect(Number(done['bytes'])).toBeLessThanOrEqual(planned.disk_bytes);
    }
    const { lines } = await truckee(['preflight', 'qc', '--history', ...here]);
    const past = (lines as unknown as Past[]).filter(({ step }) => step === 'extract (h5ad)');
    expect(past).toHaveLength(4);
    expect(past[0]).toMatchObject({ predictedBytes: past[0]!.boundBytes, predictedSeconds: past[0]!.plannedSeconds });
    const last = past[3]!;
    expect(Math.abs(last.predictedBytes / last.peakBytes - 1)).toBeLessThan(0.25);
    expect(Math.abs(last.predictedDiskBytes / last.diskBytes - 1)).toBeLessThan(0.25);
    expect(last.predictedSeconds).not.toBe(last.plannedSeconds);
  });

  test('a refused run is run all the same when that is wanted, and its record says so', async () => {
    const refused = await qc(90, '--memory', '60MiB');
    expect(refused.last).toMatchObject({ ok: false, error: { kind: 'memory-too-small' } });
    const run = await qc(90, '--memory', '60MiB', '--override');
    expect(run.last).toMatchObject({ ok: true });
    expect(run.lines).toContainEqual(expect.objectContaining({ kind: 'note', text: expect.stringContaining('preflight was overridden') }));
    const record = join(trial.folder, 'record.md');
    expect((await truckee(['export', String(run.last['run']), '--record', record, ...here])).last).toMatchObject({ ok: true });
    expect(readFileSync(record, 'utf8')).toContain('was overridden');
  });
});
