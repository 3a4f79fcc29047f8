/** Makes the small file a figure is drawn from, so that no picture ever reads a result array itself. */
import { closeSync, fsyncSync, openSync, writeSync, renameSync, rmSync } from 'node:fs';
import { systemFailure } from '../../protocol/errors.ts';
import type { ViewAnswer, ViewJob } from '../../protocol/jobs.ts';
import { encodeView } from '../../protocol/view-file.ts';
import { openAxis } from '../export/axis.ts';
import { findSlots } from '../results/slots.ts';
import { pointsView } from '../views/points.ts';

export interface ViewHost {
  answer(answer: ViewAnswer): void;
  readonly signal: AbortSignal;
}

/** Returns the peak memory in bytes. The target is replaced: it is a derived file, named by its maker. @throws as pointsView. */
export async function runView(job: ViewJob, host: ViewHost): Promise<number> {
  const slots = findSlots(job.results.map((result) => result.path));
  const axis = openAxis(job.plates.map(({ name, path, facts }) => ({ name, path, nObs: facts.nObs })), slots);
  const view = await pointsView(axis, slots, {
    basis: job.basis, color: job.color, maxPoints: job.maxPoints, seed: job.seed ?? 0, axes: job.axes ?? [0, 1],
    demo: job.plates.some((plate) => plate.facts.demo), signal: host.signal,
  });
  replaceFile(job.target, encodeView(view));
  host.answer({ target: job.target, points: view.header.points, placed: view.header.placed, cells: view.header.cells });
  return process.memoryUsage.rss();
}

function replaceFile(target: string, bytes: Uint8Array): void {
  const temporary = `${target}.${process.pid}.part`;
  try {
    const fd = openSync(temporary, 'w');
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, target);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw systemFailure(cause, target) ?? cause;
  }
}
