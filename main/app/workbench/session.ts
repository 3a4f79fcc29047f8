/**
 * A workbench: one workspace held open for as long as a window or a server lives. Where another host holds the workspace it
 * can still be read; every write then names the holder.
 */
import { isKind, failure } from '../../../protocol/errors.ts';
import type { WorkspaceFacts } from '../../../protocol/api.types.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { createLastingEngines, type LastingEngines } from '../../engine/lasting.ts';
import { lockWorkspace, type Lock } from '../../lock.ts';
import { openWorkspace, type Workspace } from '../../workspace.ts';
import { openSecrets } from '../../datasets/sources/secrets.ts';
import { tidyWorkspace } from '../tidy.ts';
import { createDownloads, type Downloads } from './downloads.ts';
import { createComparisons, createDesigns, type Comparisons, type Designs } from './designs.ts';
import { createExtractions, type Extractions } from './extractions.ts';
import { insideRoots } from './files.ts';
import { createHub, type Hub } from './hub.ts';
import { createRunQueue, type RunQueue } from './runs.ts';

export interface WorkbenchOptions {
  readonly startEngine: StartEngine;
  /** Where this host can be reached, for those who find the workspace taken. */
  readonly address: string;
  readonly shell: 'browser' | 'window';
  /** Folders below which data files may be chosen. */
  readonly roots: readonly string[];
}

export interface Workbench {
  readonly workspace: Workspace;
  readonly hub: Hub;
  readonly options: WorkbenchOptions;
  readonly heldBy: WorkspaceFacts['heldBy'];
  /** @throws workspace-locked */
  writable(): RunQueue;
  readonly queue: RunQueue | null;
  readonly downloads: Downloads;
  readonly designs: Designs;
  readonly comparisons: Comparisons;
  readonly extractions: Extractions;
  /** Engines for pictures and tables, beside whatever runs. */
  readonly look: Pick<LastingEngines, 'start' | 'warm'>;
  /** Aborted when it closes: streams end, and pages come back to what is open then. */
  readonly closing: AbortSignal;
  close(): Promise<void>;
}

export function openWorkbench(path: string, options: WorkbenchOptions): Workbench {
  const workspace = openWorkspace(path);
  const hub = createHub();
  let lock: Lock | null = null;
  let heldBy: WorkspaceFacts['heldBy'] = null;
  try {
    lock = lockWorkspace(workspace, options.address);
    tidyWorkspace(workspace);
  } catch (thrown) {
    if (!isKind(thrown, 'workspace-locked')) {
      lock?.release();
      workspace.close();
      throw thrown;
    }
    const { pid, since, address } = thrown.data.facts as { pid: number; since: string; address: string };
    heldBy = { pid, since, address };
  }
  const queue = lock ? createRunQueue(workspace, hub, options.startEngine) : null;
  const downloads = createDownloads(workspace.root, openSecrets);
  const designs = createDesigns(workspace, options.startEngine);
  const comparisons = createComparisons(workspace, options.startEngine, (folder) => (folder === null ? workspace.root : insideRoots(folder, [workspace.root, ...options.roots])));
  const writable = (): RunQueue => {
    if (queue) return queue;
    throw failure('workspace-locked', { workspace: workspace.root, ...heldBy! });
  };
  const extractions = createExtractions(workspace, writable, hub, options.startEngine);
  const closing = new AbortController();
  const lasting = createLastingEngines(options.startEngine);
  return {
    workspace, hub, options, heldBy, queue, downloads, designs, comparisons, extractions, look: lasting, closing: closing.signal, writable,
    async close() {
      closing.abort();
      lasting.close();
      await downloads.close();
      await designs.close();
      await comparisons.close();
      await extractions.close();
      await queue?.close();
      lock?.release();
      workspace.close();
    },
  };
}
