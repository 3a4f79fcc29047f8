/** The workbench served to a browser: opened, announced in one line, and closed in order when told to stop. */
import { homedir } from 'node:os';
import { startLocalEngine } from '../../engine/local.ts';
import { openDesk, type Desk } from '../desk.ts';
import type { Workbench } from '../workbench/session.ts';
import { serve, type Served } from './server.ts';

export interface ServeWorkbenchOptions {
  readonly workspacePath: string;
  readonly host: string;
  readonly port: number;
  /** Folders below which data may be chosen; default: the home folder and where the command was given. */
  readonly roots: readonly string[];
}

export interface ServedWorkbench extends Served {
  readonly workbench: Workbench;
}

/** @throws address-in-use, not-permitted, corrupt-file... */
export async function serveWorkbench(options: ServeWorkbenchOptions): Promise<ServedWorkbench> {
  let opened: Desk | null = null;
  const served = await serve({
    host: options.host, port: options.port,
    handle(address) {
      const roots = options.roots.length > 0 ? options.roots : [...new Set([process.cwd(), homedir()])];
      opened = openDesk(options.workspacePath, { startEngine: startLocalEngine, address, shell: 'browser', roots });
      return opened.handle;
    },
  });
  const desk = opened!;
  return {
    ...served,
    get workbench() {
      return desk.bench;
    },
    async close() {
      await desk.close();
      await served.close();
    },
  };
}
