/** Our side as a user runs it: the command line, a fresh workspace for every run so that nothing is reused by chance. */
import { join } from 'node:path';
import type { Command, Round, Side } from './case.ts';
import { runCommand } from './measure.ts';

const bench = join(import.meta.dirname, '..');

/** One truckee command. */
export function truckee(...args: string[]): Command {
  return { argv: [process.execPath, join(bench, '..', 'bin', 'truckee.mjs'), ...args] };
}

/** A program of bench/ours, which uses the engine's parts directly. */
export function oursProgram(name: string, ...args: string[]): Command {
  return { argv: [process.execPath, join(bench, 'ours', `${name}.ts`), ...args] };
}

/** A Python program of bench/peers. PYTHON names another interpreter. */
export function peerProgram(name: string, ...args: string[]): Command {
  return { argv: [process.env['PYTHON'] ?? '/usr/bin/python3', '-B', join(bench, 'peers', `${name}.py`), ...args] };
}

const workspace = (round: Round): string => join(round.scratch, 'workspace');

function runRecipe(round: Round, recipe: string, memory: string): Command {
  return truckee(
    'run', join(bench, 'recipes', `${recipe}.json`), '--workspace', workspace(round), '--workers', String(round.threads), '--memory', memory, '--json',
  );
}

/**
 * Runs `recipe`; the files are registered before the clock starts. With `after`, that recipe (its first steps) has run in
 * the same workspace before, so that only the remaining steps are computed and timed.
 */
export function recipeSide(recipe: string, options: { after?: string; memory?: string } = {}): Side {
  const memory = options.memory ?? '4GiB';
  return {
    async prepare(round) {
      await runCommand(truckee('add', ...round.files, '--workspace', workspace(round)), round.threads);
      if (options.after) await runCommand(runRecipe(round, options.after, memory), round.threads);
    },
    command: (round) => runRecipe(round, recipe, memory),
  };
}

/** Asks peers/compare.py whether two results agree; its answer lists what does not. */
export async function compareResults(topic: string, ...paths: string[]): Promise<string[]> {
  const { stdout } = await runCommand(peerProgram('compare', topic, ...paths), 2);
  const answer = JSON.parse(stdout.trim().split('\n').at(-1)!) as { problems: string[]; facts: Record<string, unknown> };
  console.log(`  ${topic}: ${JSON.stringify(answer.facts)}`);
  return answer.problems;
}

/** The folder of a step's result. @throws Error when the run did not report it. */
export function resultOf(results: ReadonlyMap<string, string>, step: string): string {
  const path = results.get(step);
  if (!path) throw new Error(`the run reported no result folder of step '${step}'`);
  return path;
}
