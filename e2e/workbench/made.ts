/** A workspace in which the main job has run, made by the command line, for tests that begin where it ends. */
import { spawn } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
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
  const made = await sharedFolder('main-job', runMainJob);
  const plates = join(made, 'demo');
  cpSync(made, workspace, { recursive: true, filter: (path) => path !== plates && !path.endsWith('.lock') });
  return { run: readdirSync(join(workspace, 'runs'))[0]!.replace(/\..*$/, ''), plates };
}

async function runMainJob(workspace: string): Promise<void> {
  const child = spawn(program[0]!, [...program.slice(1), 'start', '--headless', '--workspace', workspace], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`start --headless ended with ${String(code)}: ${said}`);
}
