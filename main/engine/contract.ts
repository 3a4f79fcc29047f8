/** Where engines run: on this machine now, elsewhere later. */
import type { EngineJob, EngineMessage, HostMessage } from '../../protocol/jobs.ts';

export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last it printed, for reports of defects: V8's and the system's own words, never for users. */
  readonly said: string;
}

export interface Engine {
  readonly pid: number;
  send(message: HostMessage): void;
  /** Asks, waits a moment, then kills. */
  stop(): void;
  kill(): void;
}

export interface EngineHandlers {
  onMessage(message: EngineMessage): void;
  onExit(exit: EngineExit): void;
}

/** With `stay` the engine waits for more jobs (`send` a start) instead of leaving after the first. */
export type StartEngine = (job: EngineJob, handlers: EngineHandlers, options?: { readonly stay?: boolean }) => Engine;
