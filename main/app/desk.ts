/**
 * What a shell has open: one workbench at a time, and the way to another. The next one is opened before the last is closed, so
 * that a workspace that cannot be opened changes nothing.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { createHandler, type Handle } from './handler.ts';
import { recentWorkspaces, rememberWorkspace, type RecentWorkspace } from './recent.ts';
import { insideRoots } from './workbench/files.ts';
import { openWorkbench, type Workbench, type WorkbenchOptions } from './workbench/session.ts';

/** What pages may ask about workspaces other than the one that is open. */
export interface Shelf {
  recent(): RecentWorkspace[];
  /** Opens another workspace in place of this one; with `create` also an empty or new folder. @throws busy, not-found, not-permitted... */
  open(path: string, create: boolean): { readonly root: string };
}

export interface Desk {
  readonly bench: Workbench;
  readonly handle: Handle;
  /** Called with every workbench, the first one too. */
  onOpened(listener: (bench: Workbench) => void): void;
  close(): Promise<void>;
}

/** Time for the last answers of a workbench that is being left. */
const partingMs = 300;

export function openDesk(path: string, options: WorkbenchOptions): Desk {
  const listeners: ((bench: Workbench) => void)[] = [];
  const shelf: Shelf = {
    recent: () => recentWorkspaces(),
    open(wanted, create) {
      const { bench } = now;
      if (bench.queue?.current) throw failure('busy', { what: 'A run' });
      const root = workspaceAt(wanted, create, [bench.workspace.root, ...recentWorkspaces().map((one) => one.path), ...options.roots]);
      if (root !== bench.workspace.root) {
        now = opened(root);
        for (const listener of listeners) listener(now.bench);
        setTimeout(() => void bench.close(), partingMs);
      }
      return { root };
    },
  };
  const opened = (root: string): { readonly bench: Workbench; readonly handle: Handle } => {
    const bench = openWorkbench(root, options);
    rememberWorkspace(bench.workspace.root);
    return { bench, handle: createHandler(bench, shelf) };
  };
  let now = opened(path);
  return {
    get bench() {
      return now.bench;
    },
    handle: (request) => now.handle(request),
    onOpened(listener) {
      listeners.push(listener);
      listener(now.bench);
    },
    close: () => now.bench.close(),
  };
}

/** The folder of a workspace below the roots. A folder that holds other things never becomes one by mistake. */
function workspaceAt(path: string, create: boolean, roots: readonly string[]): string {
  const wanted = resolve(path);
  const there = existsSync(wanted);
  const root = there ? insideRoots(wanted, roots) : join(insideRoots(dirname(wanted), roots), basename(wanted));
  if (existsSync(join(root, 'catalog.sqlite'))) return root;
  if (!create) throw failure('not-a-workspace', { path });
  if (there && readdirSync(root).length > 0) throw failure('already-exists', { path });
  return root;
}
