/**
 * Truckee as its users run it: every call is a real host process that starts real engines, in a workspace of its own.
 * Answers are read from the JSON lines of the command line, numbers from the result folders it names.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openRun, type FinishedRun, type RunSummary } from './finished-run.ts';
import { program, root } from './program.ts';

const timeoutMs = 150_000;

type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly code: number | null;
  /** One entry per JSON line. */
  readonly lines: readonly Json[];
  /** The last line: the summary, or what went wrong. */
  readonly last: Json;
  readonly stderr: string;
}

/** Runs one command with --json. */
export async function truckee(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const child = spawn(program[0]!, [...program.slice(1), ...args, '--json'], {
    cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const lines = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Json);
  const last = lines.at(-1);
  if (!last) throw new Error(`truckee ${args[0]} said nothing and ended with ${code}: ${stderr}`);
  return { code, lines, last, stderr };
}

/** A recipe's steps in brief: { qc: {}, filter: { min_genes: 3 } }, in this order. */
export type Steps = Readonly<Record<string, Json>>;

export interface RunOptions {
  readonly genes?: 'same' | 'inner';
  readonly seed?: number;
  readonly workers?: number;
  readonly memory?: string;
  readonly pack?: boolean;
  /** Added to every step's parameters (chunk_rows). */
  readonly how?: Json;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Trial {
  readonly folder: string;
  readonly workspace: string;
  /** Registers files. @throws Error with what the command said when one is refused. */
  add(...files: readonly string[]): Promise<void>;
  /** Runs the steps over everything registered. @throws Error when the run does not end well. */
  run(steps: Steps, options?: RunOptions): Promise<FinishedRun>;
  /** Runs a ready recipe with --set arguments. */
  ready(name: string, settings?: readonly string[]): Promise<FinishedRun>;
  /** Runs the steps, which must fail, and returns the error as the command line says it. */
  fails(steps: Steps, options?: RunOptions): Promise<{ kind: string; message: string; facts: Json }>;
}

const made: string[] = [];
afterAll(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A fresh folder that is removed when the test file ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'truckee-e2e-'));
  made.push(folder);
  return folder;
}

/** `usual` options hold for every run that does not say otherwise. */
export function createTrial(usual: RunOptions = {}): Trial {
  const folder = scratch();
  const workspace = join(folder, 'workspace');
  let recipes = 0;

  const start = (steps: Steps, options: RunOptions): Promise<Answer> => {
    const { genes, seed, workers, memory, pack, how, env } = { ...usual, ...options };
    const recipe = {
      truckee: 1, name: 'trial', ...(genes ? { genes } : {}), ...(seed === undefined ? {} : { seed }),
      steps: Object.entries(steps).map(([step, params]) => ({ step, params: { ...params, ...how } })),
    };
    const path = join(folder, `recipe-${++recipes}.json`);
    writeFileSync(path, JSON.stringify(recipe));
    const limits = [...(workers ? ['--workers', String(workers)] : []), ...(memory ? ['--memory', memory] : []), ...(pack ? ['--pack'] : [])];
    return truckee(['run', path, '--workspace', workspace, ...limits], env);
  };
  const finished = ({ lines, last, stderr }: Answer): FinishedRun => {
    if (last['ok'] !== true) throw new Error(`the run failed: ${JSON.stringify(last['error'])} ${stderr}`);
    return openRun({ run: String(last['run']), results: last['results'] as RunSummary['results'] }, lines);
  };

  return {
    folder, workspace,
    async add(...files) {
      const { last, lines } = await truckee(['add', ...files, '--workspace', workspace]);
      if (last['ok'] !== true) throw new Error(`not added: ${JSON.stringify(lines)}`);
    },
    run: async (steps, options = {}) => finished(await start(steps, options)),
    ready: async (name, settings = []) =>
      finished(await truckee(['run', name, '--workspace', workspace, ...settings.flatMap((setting) => ['--set', setting])])),
    async fails(steps, options = {}) {
      const { last } = await start(steps, options);
      if (last['ok'] !== false) throw new Error('the run was expected to fail');
      return last['error'] as { kind: string; message: string; facts: Json };
    },
  };
}
