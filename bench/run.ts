/**
 * Runs one bench (or all) and says whether its figure is reached: node bench/run.ts NAME. See bench/README.md.
 * Exit code 0 reached, 1 missed, 2 not run.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases, isCaseName, type CaseName } from './cases/table.ts';
import { dataFiles, generateCommand, type DataName } from './harness/data.ts';
import { loadNow, quietLoad, waitForQuiet } from './harness/idle.ts';
import { reportPaired, reportScaling } from './harness/report.ts';
import { runPaired, runScaling, type RunOptions } from './harness/rounds.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
    cache: { type: 'string', default: 'warm' },
    data: { type: 'string', default: join(import.meta.dirname, '..', '.bench') },
    files: { type: 'string', multiple: true },
    anyway: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function refuse(text: string): never {
  console.error(text);
  process.exit(2);
}

function usage(): string {
  const lines = Object.entries(cases).map(([name, one]) => `  ${name.padEnd(15)} ${one.title} (${one.reach})`);
  const sets = [...new Set(Object.values(cases).flatMap((one) => one.data))].filter((set) => set !== 'none');
  return [
    'usage: node bench/run.ts NAME [--rounds 3] [--threads 1] [--cache warm|cold] [--data DIR] [--files FILE...] [--anyway]', '',
    ...lines, '  all             every bench', '', 'Data sets are made when absent by:', ...sets.map((set) => `  node bin/truckee.mjs ${generateCommand(set, `.bench/${set}`).slice(2).join(' ')}`),
  ].join('\n');
}

async function runCase(name: CaseName, options: RunOptions): Promise<boolean> {
  const one = cases[name];
  console.log(`${name}: ${one.title}; ${options.cache} cache, ${options.threads} thread(s), ${options.rounds} round(s)`);
  const filesOf = async (set: DataName): Promise<string[]> => values.files ?? dataFiles(values.data, set);
  // making data and the bench before this one leave the machine warm: wait, and record what was waited for
  const quiet = (): Promise<number> => waitForQuiet(values.anyway ? 0 : 300);
  if (one.kind === 'paired') {
    const files = await filesOf(one.data);
    const at = { name, options, loadAtStart: await quiet(), givenFiles: values.files ?? null };
    return reportPaired(one, await runPaired(one, files, options), at);
  }
  if (values.files) refuse(`${name} compares data sets of different sizes: --files cannot be given`);
  const data = [];
  for (const set of one.data) data.push(await filesOf(set));
  const at = { name, options, loadAtStart: await quiet(), givenFiles: null };
  const sizes = [];
  for (const files of data) sizes.push(await runScaling(one, files, options));
  return reportScaling(one, sizes, at);
}

const wanted = positionals[0];
if (values.help || wanted === undefined) refuse(usage());
const names = wanted === 'all' ? (Object.keys(cases) as CaseName[]) : isCaseName(wanted) ? [wanted] : refuse(`There is no bench '${wanted}'.\n\n${usage()}`);
if (values.cache !== 'warm' && values.cache !== 'cold') refuse('--cache is warm or cold');
const options: RunOptions = {
  rounds: Number(values.rounds), threads: Number(values.threads), cache: values.cache, scratchRoot: join(values.data, 'scratch'),
};
if (!(options.rounds >= 1) || !(options.threads >= 1)) refuse('--rounds and --threads are whole numbers from 1');
const loadAtStart = loadNow();
if (loadAtStart > quietLoad) {
  const warning = `The machine is busy (load ${loadAtStart}, at most ${quietLoad} is quiet): figures taken now mean little.`;
  if (!values.anyway) refuse(`${warning}\nWait, or give --anyway; the record will then say that it was not quiet.`);
  console.error(`*** WARNING *** ${warning}`);
}
mkdirSync(options.scratchRoot, { recursive: true });
let reached = true;
for (const name of names) reached = (await runCase(name, options)) && reached;
process.exitCode = reached ? 0 : 1;
