/** Jobs of a dead host get their one end, and the same one in catalog and log. */
import { expect, test } from 'vitest';
import { asJobId } from '../../protocol/ids.ts';
import { insertJob, listJobs, setJobRunning } from '../catalog/jobs.ts';
import { scratchWorkspace } from '../workspace.cases.ts';
import { endAbandonedJobs } from './abandoned.ts';
import { openEventLog, readEvents } from './log.ts';

test('a job that was cut off is gone; one whose end was logged but not recorded ended so', () => {
  const workspace = scratchWorkspace();
  const jobs = ['cut-off', 'never-logged', 'ended'].map(asJobId);
  for (const id of jobs) {
    insertJob(workspace.catalog, { id, kind: 'pipeline', recipe: '{}', plan: '[]', queuedAt: '2026-01-01T00:00:00Z' });
    setJobRunning(workspace.catalog, id);
  }
  openEventLog(workspace, jobs[0]!).add({ kind: 'queued' });
  const { at } = openEventLog(workspace, jobs[2]!).add({ kind: 'done', seconds: 5, cpuSeconds: 6, peakBytes: 7 });
  endAbandonedJobs(workspace);
  endAbandonedJobs(workspace);
  expect(listJobs(workspace.catalog).map((row) => [row.id, row.state])).toEqual([['cut-off', 'gone'], ['never-logged', 'gone'], ['ended', 'done']]);
  expect(listJobs(workspace.catalog)[2]).toMatchObject({ seconds: 5, endedAt: at });
  expect(jobs.map((job) => readEvents(workspace, job).map(({ number, event }) => `${number} ${event.kind}`))).toEqual([['1 queued', '2 gone'], ['1 gone'], ['1 done']]);
});
