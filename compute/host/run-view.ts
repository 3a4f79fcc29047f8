/** Makes the small file a figure is drawn from, so that no picture ever reads a result array itself. */
import type { JobEvent } from '../../protocol/events.ts';
import type { ViewAnswer, ViewJob } from '../../protocol/jobs.ts';
import { encodeView } from '../../protocol/view-file.ts';
import { openAxis } from '../export/axis.ts';
import { findSlots } from '../results/slots.ts';
import { geneColor } from '../views/gene.ts';
import { pointsView } from '../views/points.ts';
import { openInput } from './input.ts';
import { replaceFile } from './replace-file.ts';
import { createReporter } from './reporter.ts';
import { makeRowCopy } from './row-copy.ts';

export interface ViewHost {
  emit(event: JobEvent): void;
  readonly hostPid: number;
  answer(answer: ViewAnswer): void;
  readonly signal: AbortSignal;
}

/** Returns the peak memory in bytes. The target is replaced: it is a derived file, named by its maker. @throws as pointsView. */
export async function runView(job: ViewJob, host: ViewHost): Promise<number> {
  const slots = findSlots(job.results.map((result) => result.path));
  const axis = openAxis(job.plates.map(({ name, path, facts }) => ({ name, path, nObs: facts.nObs })), slots);
  const request = {
    plates: job.plates, axis, slots, cache: job.cache,
    basis: job.basis, color: job.color, maxPoints: job.maxPoints, seed: job.seed ?? 0, axes: job.axes ?? [0, 1] as const,
    demo: job.plates.some((plate) => plate.facts.demo), signal: host.signal,
  };
  const { gene } = job;
  const view = gene === undefined ? await pointsView(request) : await withReporter(host, axis.kept, async (report) => {
    const input = await openInput({ plates: job.plates, genes: job.genes, cache: job.cache, transpose: (spec, path) => makeRowCopy(spec, path, host) });
    return pointsView(request, (positions) => geneColor({ plates: input.plates, genes: input.genes, axis, slots, gene, positions, signal: host.signal, report }));
  });
  replaceFile(job.target, encodeView(view));
  host.answer({ target: job.target, points: view.header.points, placed: view.header.placed, cells: view.header.cells });
  return process.memoryUsage.rss();
}

/** Reading X takes time on many cells: it is told how far it is, and a stall is noticed. */
async function withReporter<T>(host: ViewHost, cells: number, act: (report: (done: number) => void) => Promise<T>): Promise<T> {
  const reporter = createReporter(host.emit, host.hostPid, Number.POSITIVE_INFINITY);
  try {
    reporter.stepStarted('figure', cells / 10_000);
    return await act((done) => reporter.progress(done, cells, 'cells'));
  } finally {
    reporter.close();
  }
}
