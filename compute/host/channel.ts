/** The wire to the host: Node's own channel, or Electron's parent port when the engine is a utility process. */
import type { EngineMessage, HostMessage } from '../../protocol/jobs.ts';

export interface Channel {
  send(message: EngineMessage): void;
  onMessage(handler: (message: HostMessage) => void): void;
  onLost(handler: () => void): void;
  /** Resolves when everything said so far has left. */
  drain(): Promise<void>;
}

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', handler: (event: { data: HostMessage }) => void): void;
}

export function openChannel(): Channel {
  const port = parentPort();
  if (port) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (handler) => port.on('message', (event) => handler(event.data)),
      onLost: () => undefined,
      drain: () => new Promise((resolve) => setTimeout(resolve, 50)),
    };
  }
  if (!process.send) throw new Error('the engine is started by a host, not by hand');
  return {
    // A message that cannot leave any more (the host is gone) is no error of its own: onLost follows.
    send: (message) => void process.send!(message, undefined, undefined, () => undefined),
    onMessage: (handler) => void process.on('message', (message) => handler(message as HostMessage)),
    onLost: (handler) => void process.on('disconnect', handler),
    drain: () => new Promise((resolve) => process.send!({ kind: 'flush' } satisfies EngineMessage, undefined, undefined, () => resolve())),
  };
}

function parentPort(): ParentPort | null {
  return 'parentPort' in process && process.parentPort ? (process.parentPort as ParentPort) : null;
}
