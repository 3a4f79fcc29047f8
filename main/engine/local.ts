/** The local executor: the engine is a plain Node child process of this host. */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineMessage, HostMessage } from '../../protocol/jobs.ts';
import { version } from '../version.ts';
import { enginePath, unpacked } from './node-path.ts';
import type { Engine, EngineExit, StartEngine } from './contract.ts';

/** The engine's entry, reached by path: main never imports compute. */
export const engineEntry = unpacked(fileURLToPath(new URL(`../../compute/host/entry${extname(import.meta.url)}`, import.meta.url)));

/** Characters of an engine's own output that are kept. */
const keptOutput = 8000;

/**
 * glibc would keep up to eight heaps per core and every freed block below 32 MiB for later; the budget counts what is kept.
 * 400 MiB given: 334 instead of 366 MiB used.
 */
const thriftyMalloc = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

export const startLocalEngine: StartEngine = (job, handlers, options = {}) => {
  const child = fork(engineEntry, [], {
    execPath: enginePath() ?? process.execPath,
    serialization: 'advanced',
    // What an engine prints (a crash of V8, chatter of a library) must not mix with the host's own lines.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--no-warnings', '--expose-gc'],
    env: { ...thriftyMalloc, ...process.env, TRUCKEE_VERSION: version },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-keptOutput);
      if (process.env['TRUCKEE_DEBUG']) process.stderr.write(text);
    });
  }
  let exited = false;
  const end = (exit: Omit<EngineExit, 'said'>): void => {
    if (exited) return;
    exited = true;
    handlers.onExit({ ...exit, said });
  };
  child.on('message', (message) => handlers.onMessage(message as EngineMessage));
  // Not 'exit', which can overtake the last messages.
  child.on('close', (code, signal) => end({ code, signal }));
  child.on('error', (error) => {
    said += error.message;
    // It never came to life (no more processes or handles): no 'close' will follow. Other errors are of messages to an
    // engine that has just died, which is reported above.
    if (child.pid === undefined) end({ code: null, signal: null });
  });
  const send = (message: HostMessage): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  send({ kind: 'start', job, ...options });
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
