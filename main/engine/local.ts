/** The local executor: the engine is a plain Node child process of this host. */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineMessage, HostMessage } from '../../protocol/jobs.ts';
import { version } from '../version.ts';
import type { Engine, StartEngine } from './contract.ts';

/** The engine's entry, reached by path: main never imports compute. */
const entry = fileURLToPath(new URL(`../../compute/host/entry${extname(import.meta.url)}`, import.meta.url));

export const startLocalEngine: StartEngine = (job, handlers) => {
  const child = fork(entry, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--no-warnings'],
    env: { ...process.env, TRUCKEE_VERSION: version },
  });
  let exited = false;
  child.on('message', (message) => handlers.onMessage(message as EngineMessage));
  child.on('exit', (code, signal) => {
    exited = true;
    handlers.onExit({ code, signal });
  });
  // A message to an engine that has just died must not take the host down: its exit is reported above.
  child.on('error', () => undefined);
  const send = (message: HostMessage): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  send({ kind: 'start', job });
  const engine: Engine = {
    pid: child.pid ?? -1,
    send,
    stop() {
      send({ kind: 'cancel' });
      setTimeout(() => void (exited || child.kill('SIGKILL')), 10_000).unref();
    },
    kill: () => void child.kill('SIGKILL'),
  };
  return engine;
};
