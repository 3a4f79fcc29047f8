/** A workspace in which the main job has run, made by the command line, for tests that begin where it ends. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { program, root } from '../support/program.ts';

/** Runs the main job in the folder; returns the run's id. */
export function makeWorkspace(workspace: string): string {
  const made = spawnSync(program[0]!, [...program.slice(1), 'start', '--headless', '--workspace', workspace], { cwd: root, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`start --headless ended with ${made.status}: ${made.stderr}`);
  return readdirSync(join(workspace, 'runs'))[0]!.replace(/\..*$/, '');
}
