/** A workspace in which the main job has run, made by the command line, for tests that begin where it ends. */
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, root } from '../support/program.ts';
import { sharedFolder } from '../support/shared.ts';

export interface MadeWorkspace {
  /** Id of its run. */
  readonly run: string;
  /** Where its plates lie. */
  readonly plates: string;
}

/** A copy of the one in which the main job has run: all of it but the plates themselves, which stay where they were made. */
export async function makeWorkspace(workspace: string): Promise<MadeWorkspace> {
  const { workspace: made } = await mainJob();
  const plates = join(made, 'demo');
  cpSync(made, workspace, { recursive: true, filter: (path) => path !== plates && !path.endsWith('.lock') });
  return { run: readdirSync(join(workspace, 'runs'))[0]!.replace(/\..*$/, ''), plates };
}

/** The workspace that it was made in, not to be changed, and the last line that `start --headless` said there. */
export async function mainJob(): Promise<{ workspace: string; answer: Readonly<Record<string, unknown>> }> {
  const workspace = await sharedFolder('main-job', runMainJob);
  return { workspace, answer: JSON.parse(readFileSync(`${workspace}.json`, 'utf8')) as Record<string, unknown> };
}

async function runMainJob(workspace: string): Promise<void> {
  const child = spawn(program[0]!, [...program.slice(1), 'start', '--headless', '--workspace', workspace, '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, wrong] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (wrong += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`start --headless ended with ${String(code)}: ${wrong}`);
  writeFileSync(`${workspace}.json`, said.trimEnd().split('\n').at(-1)!);
}
