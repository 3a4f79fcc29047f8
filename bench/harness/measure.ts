/** Runs one command and measures it from outside: wall time, CPU time of its whole tree, peak Pss, and its answer. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { watchTree } from '../pss.ts';
import type { Answer, Command, Measured } from './case.ts';

/** Libraries that would otherwise take all cores. */
const threadVariables = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMBA_NUM_THREADS', 'VECLIB_MAXIMUM_THREADS'];

/** Runs a command to its end. @throws Error with the end of its stderr when it fails. */
export async function runCommand(command: Command, threads: number): Promise<{ stdout: string } & Omit<Measured, 'answer' | 'results'>> {
  const [program, ...args] = command.argv;
  const limits = Object.fromEntries(threadVariables.map((name) => [name, String(threads)]));
  const cpuBefore = childCpuSeconds();
  const start = performance.now();
  const child = spawn(program!, args, { env: { ...process.env, ...limits }, stdio: ['ignore', 'pipe', 'pipe'] });
  const stopWatching = watchTree(child.pid ?? process.pid);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(stopWatching);
  const wallSeconds = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${command.argv.join(' ')} ended with ${code}:\n${stderr}${stdout.slice(-2000)}`);
  return { stdout, wallSeconds, cpuSeconds: childCpuSeconds() - cpuBefore, peakPssBytes: stopWatching().peakPssBytes };
}

/** Runs a command whose last line of output is its answer. */
export async function measure(command: Command, threads: number): Promise<Measured> {
  const { stdout, ...figures } = await runCommand(command, threads);
  const lines = jsonLines(stdout);
  const answer = lines.at(-1);
  if (!answer || typeof answer['seconds'] !== 'number') throw new Error(`${command.argv.join(' ')} printed no last line with seconds`);
  if (answer['ok'] === false) throw new Error(`${command.argv.join(' ')} says: ${JSON.stringify(answer['error'])}`);
  return { answer: answer as Answer, results: resultFolders(lines), ...figures };
}

/** CPU time of children that ended, with theirs: fields 16 and 17 of /proc/self/stat, in clock ticks of 10 ms. */
function childCpuSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

type JsonObject = Record<string, unknown>;

function jsonLines(text: string): JsonObject[] {
  return text.split('\n').filter((line) => line.startsWith('{')).flatMap((line) => {
    try {
      return [JSON.parse(line) as JsonObject];
    } catch {
      return [];
    }
  });
}

/** Collects { step, path } wherever a line carries it: as an event of its own or in a list `results`. */
function resultFolders(lines: readonly JsonObject[]): Map<string, string> {
  const folders = new Map<string, string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    const object = value as JsonObject;
    if (typeof object['step'] === 'string' && typeof object['path'] === 'string') folders.set(object['step'], object['path']);
    visit(object['event']);
    visit(object['results']);
    visit(object['steps']);
  };
  visit(lines);
  return folders;
}
