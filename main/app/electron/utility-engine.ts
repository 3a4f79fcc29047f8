/** Engines as Electron utility processes: CPU only, for an installation that came without a plain Node. */
import type { EngineMessage, HostMessage } from '../../../protocol/jobs.ts';
import { engineEntry } from '../../engine/local.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { version } from '../../version.ts';

/** What of Electron's utilityProcess is used. */
export interface UtilityParts {
  fork(path: string, args: string[], options: { serviceName: string; env: Record<string, string | undefined> }): UtilityChild;
}

export interface UtilityChild {
  readonly pid: number | undefined;
  postMessage(message: unknown): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

export function utilityEngines(utility: UtilityParts): StartEngine {
  return (job, handlers, options = {}) => {
    const child = utility.fork(engineEntry, [], { serviceName: 'Truckee engine', env: { ...process.env, TRUCKEE_VERSION: version } });
    let exited = false;
    child.on('message', (message) => handlers.onMessage(message as EngineMessage));
    child.on('exit', (code) => {
      exited = true;
      handlers.onExit({ code, signal: null, said: '' });
    });
    const send = (message: HostMessage): void => {
      if (!exited) child.postMessage(message);
    };
    send({ kind: 'start', job, ...options });
    return {
      pid: child.pid ?? -1, send,
      stop() {
        send({ kind: 'cancel' });
        setTimeout(() => void (exited || child.kill()), 10_000).unref();
      },
      kill: () => void child.kill(),
    };
  };
}
