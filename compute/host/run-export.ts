/** Writes the results of a run to one h5ad file, Zarr folder or CSV table: whole under its name, or not at all. */
import { availableParallelism } from 'node:os';
import { failure, isKind } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import { formatCount } from '../../protocol/format.ts';
import type { ExportAnswer, ExportJob } from '../../protocol/jobs.ts';
import { mostThreads } from '../../steps/writing.ts';
import { writeAnnData, type AnnDataSource } from '../export/anndata.ts';
import { openAxis } from '../export/axis.ts';
import { openCrew } from '../export/crew/crew.ts';
import { writeCsv } from '../export/csv.ts';
import { planObs } from '../export/obs-plan.ts';
import { writeAside } from '../export/place.ts';
import { openProgress } from '../export/progress.ts';
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

/** An export waits for its compression, and shuffled counts take no more room at the fastest level. */
const fastDeflate = 1;

/** All that the bytes of the file depend on; the steps' records hold times, which results of one fingerprint share. */
const tagOf = (job: ExportJob): string =>
  JSON.stringify([job.format, job.matrix ?? null, job.genes, job.plates.map(({ name, fingerprint }) => [name, fingerprint]), job.results]);

/** Cells per second that a stalled export is judged by. */
const slowRate = 2000;

/**
 * Returns the peak memory in bytes. @throws already-exists, disk-full, cancelled, corrupt-result, missing-input, and what
 * reading plates can throw.
 */
export async function runExport(job: ExportJob, host: ExportHost): Promise<number> {
  const reporter = createReporter(host.emit, host.hostPid, Number.POSITIVE_INFINITY);
  const table = job.format === 'csv';
  const crew = table ? null : openCrew(job.workers ?? Math.min(mostThreads, availableParallelism()));
  try {
    const slots = findSlots(job.results.map((result) => result.path));
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
    const source: Omit<AnnDataSource, 'progress'> = {
      axis, slots, obs, report, plates: input?.plates ?? [], genes: input?.genes ?? [], provenance: job.provenance, demo: job.plates.some(({ facts }) => facts.demo), signal: host.signal,
      x: withX && crew !== null ? { crew, lognorm: job.matrix === 'lognorm' ? lognormOf(slots) : null } : null,
    };
    let cellsBefore = 0;
    const bytes = await writeAside(job.target, (path, work) => {
      const progress = openProgress(path, work, tagOf(job), Number(process.env['TRUCKEE_CHECKPOINT_SECONDS'] ?? 30));
      if (table) return writeCsv(path, source);
      cellsBefore = progress.rowsBefore;
      if (cellsBefore > 0) notes.push(`went on behind ${formatCount(cellsBefore)} cells that an earlier attempt had written`);
      const axes = { nObs: axis.kept, nVars: source.genes.length, begun: cellsBefore > 0, gzip: fastDeflate, ...(crew && { packer: crew }) };
      return writeAnnData(job.format === 'h5ad' ? createH5ad(path, axes) : createZarr(path, axes), { ...source, progress }, notes);
    });
    for (const text of notes) host.emit({ kind: 'note', step: null, level: 'info', text });
    host.answer({ target: job.target, bytes, cells: axis.kept, genes: source.genes.length, cellsBefore, notes });
    reporter.stepEnded();
    return Math.max(reporter.peakBytes, process.memoryUsage.rss());
  } catch (thrown) {
    if (host.signal.aborted && !isKind(thrown, 'cancelled')) throw failure('cancelled', { step: 'export' }, thrown);
    throw thrown;
  } finally {
    reporter.close();
    await crew?.close();
  }
}
