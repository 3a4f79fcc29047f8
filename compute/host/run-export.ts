/** Writes the results of a run to one h5ad file, Zarr folder or CSV table: whole under its name, or not at all. */
import { failure, isKind } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import type { ExportAnswer, ExportJob } from '../../protocol/jobs.ts';
import { writeAnnData, type AnnDataSource } from '../export/anndata.ts';
import { openAxis } from '../export/axis.ts';
import { writeCsv } from '../export/csv.ts';
import { planObs } from '../export/obs-plan.ts';
import { writeAside } from '../export/place.ts';
import { lognormOf } from '../export/rows.ts';
import { findSlots } from '../results/slots.ts';
import { createZarr } from '../export/zarr/writer.ts';
import { createH5ad } from '../results/h5ad/index.ts';
import { openInput } from './input.ts';
import { createReporter } from './reporter.ts';
import { makeRowCopy } from './row-copy.ts';

export interface ExportHost {
  emit(event: JobEvent): void;
  answer(answer: ExportAnswer): void;
  readonly hostPid: number;
  readonly signal: AbortSignal;
}

/** Cells per second that a stalled export is judged by. */
const slowRate = 2000;

/**
 * Returns the peak memory in bytes. @throws already-exists, disk-full, cancelled, corrupt-result, missing-input, and what
 * reading plates can throw.
 */
export async function runExport(job: ExportJob, host: ExportHost): Promise<number> {
  const reporter = createReporter(host.emit, host.hostPid, Number.POSITIVE_INFINITY);
  try {
    const slots = findSlots(job.results.map((result) => result.path));
    const table = job.format === 'csv';
    const plates = job.plates.map(({ name, path, facts }) => ({ name, path, nObs: facts.nObs }));
    const axis = openAxis(plates, slots);
    reporter.stepStarted('export', axis.kept / slowRate);
    // Gene order matters even without X: var and varm follow it.
    const withX = job.includeX && !table;
    const input = table ? null : await openInput({
      plates: job.plates, genes: job.genes, cache: job.cache,
      transpose: (spec, path) => (withX ? makeRowCopy(spec, path, host) : Promise.resolve(spec)),
    });
    const obs = await planObs(axis, slots);
    const notes = [...obs.notes];
    const report = (done: number, total: number): void => reporter.progress(done, total, 'cells');
    const source: AnnDataSource = {
      axis, slots, obs, report, plates: input?.plates ?? [], genes: input?.genes ?? [], provenance: job.provenance, signal: host.signal,
      x: withX ? { lognorm: job.matrix === 'lognorm' ? lognormOf(slots) : null } : null,
    };
    const bytes = await writeAside(job.target, (path) => {
      if (table) return writeCsv(path, source);
      const axes = { nObs: axis.kept, nVars: source.genes.length };
      return writeAnnData(job.format === 'h5ad' ? createH5ad(path, axes) : createZarr(path, axes), source, notes);
    });
    for (const text of notes) host.emit({ kind: 'note', step: null, level: 'info', text });
    host.answer({ target: job.target, bytes, cells: axis.kept, genes: source.genes.length, notes });
    reporter.stepEnded();
    return Math.max(reporter.peakBytes, process.memoryUsage.rss());
  } catch (thrown) {
    if (host.signal.aborted && !isKind(thrown, 'cancelled')) throw failure('cancelled', { step: 'export' }, thrown);
    throw thrown;
  } finally {
    reporter.close();
  }
}
