/**
 * Truckee's command line under attack: commands are started as real processes, can be killed by part (host, engine) at any
 * moment, and what they said so far stays readable.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { program, root } from '../../support/program.ts';

const mostMs = 120_000;

export type Json = Readonly<Record<string, unknown>>;

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON lines among the output. */
  readonly lines: readonly Json[];
  readonly seconds: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly lines: Json[];
  /** Pid of the engine at work, once one was accepted. */
  enginePid(): number | null;
  /** Resolves with the first line that fits; null when the process ends without one. */
  until(fits: (line: Json) => boolean): Promise<Json | null>;
  readonly ended: Promise<Outcome>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Put before the command: strace and its options, setpriv, ... */
  readonly before?: readonly string[];
  /** Own process group, as in a terminal: a signal to -pid reaches host and engine. */
  readonly group?: boolean;
  readonly input?: string;
}

export function start(args: readonly string[], options: StartOptions = {}): Running {
  const line = [...(options.before ?? []), ...program, ...args];
  const began = performance.now();
  const child = spawn(line[0]!, line.slice(1), {
    cwd: options.cwd ?? root, env: { ...process.env, ...options.env }, detached: options.group ?? false,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  if (options.input !== undefined) child.stdin?.end(options.input);
  const limit = setTimeout(() => child.kill('SIGKILL'), mostMs);
  const lines: Json[] = [];
  const waiting = new Set<() => void>();
  let stdout = '';
  let stderr = '';
  let taken = 0;
  let over = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (let end = stdout.indexOf('\n', taken); end >= 0; end = stdout.indexOf('\n', taken)) {
      const parsed = parseLine(stdout.slice(taken, end));
      if (parsed) lines.push(parsed);
      taken = end + 1;
    }
    for (const look of [...waiting]) look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      over = true;
      for (const look of [...waiting]) look();
      resolve({ code, signal, stdout, stderr, lines, seconds: (performance.now() - began) / 1000 });
    });
  });
  return {
    child, lines, ended,
    enginePid: () => (lines.findLast((entry) => entry['kind'] === 'accepted')?.['pid'] as number | undefined) ?? null,
    until: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = lines.find(fits);
          if (!found && !over) return;
          waiting.delete(look);
          resolve(found ?? null);
        };
        waiting.add(look);
        look();
      }),
  };
}

export function truckee(args: readonly string[], options: StartOptions = {}): Promise<Outcome> {
  return start(args, options).ended;
}

function parseLine(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}

/** What V8 and Node print when an error was not caught, or was printed whole. */
const stackTrace = /^\s+at .*[(/:]\d+:\d+\)?$|node:internal|FATAL ERROR|UnhandledPromiseRejection/m;

export interface Refusal {
  readonly kind: string;
  readonly message: string;
  readonly remedy: string;
  readonly facts: Json;
}

/** A failure as a user may meet it: an exit code, one message with its remedy, no stack trace. With --json as a value. */
export function refusalOf(outcome: Outcome): Refusal {
  const told = `${outcome.stdout.slice(-1500)}\n${outcome.stderr.slice(-1500)}`;
  expect(outcome.code, told).not.toBe(0);
  expect(outcome.signal, told).toBeNull();
  expect(stackTrace.test(outcome.stdout + outcome.stderr), told).toBe(false);
  const error = outcome.lines.findLast((line) => line['ok'] === false)?.['error'] as Refusal | undefined;
  expect(error, told).toBeDefined();
  expect(error!.message.length, told).toBeGreaterThan(10);
  expect(error!.remedy.length, told).toBeGreaterThan(10);
  return error!;
}

export function summaryOf(outcome: Outcome): Json {
  const told = `${outcome.code} ${outcome.signal}\n${outcome.stdout.slice(-1500)}\n${outcome.stderr.slice(-1500)}`;
  expect(outcome.code, told).toBe(0);
  expect(outcome.stderr, told).toBe('');
  expect(outcome.lines.at(-1), told).toMatchObject({ ok: true });
  return outcome.lines.at(-1)!;
}

/** True while a process exists and is not merely waiting to be collected. */
export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

export function kill(pid: number | null | undefined): void {
  if (!pid) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
