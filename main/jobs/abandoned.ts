/** Ends the jobs of a host that died: by the last word of their log when there is one, as gone otherwise. */
import { isFinal } from '../../protocol/events.ts';
import { endJob, unfinishedJobs } from '../catalog/jobs.ts';
import type { Workspace } from '../workspace.ts';
import { openEventLog } from './log.ts';

/** To be called by the one host of the workspace before it starts a job of its own. */
export function endAbandonedJobs(workspace: Workspace): void {
  for (const job of unfinishedJobs(workspace.catalog)) {
    // Has no effect on a log that ends already: then that event comes back.
    const { event, at } = openEventLog(workspace, job).add({ kind: 'gone', reason: 'killed', code: null, signal: null });
    if (isFinal(event)) endJob(workspace.catalog, job, event, at);
  }
}
