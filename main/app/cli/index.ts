/** The command line: finds the command, runs it, and says every failure as one message with its remedy. */
import { resolve } from 'node:path';
import { failure, toErrorData, type ErrorData } from '../../../protocol/errors.ts';
import { nearNames } from '../../../protocol/format.ts';
import { version } from '../../version.ts';
import { helpOf, readOptions, type Command, type Speaker } from './command.ts';
import { commands } from './commands/table.ts';

const interrupted = 130;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === 'version') {
    console.log(version);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(await overview());
    return 0;
  }
  const json = rest.includes('--json');
  try {
    const load = commands.get(name);
    if (!load) {
      const near = nearNames(name, [...commands.keys()]);
      throw failure('bad-usage', { command: '', reason: `there is no command '${name}'${near[0] ? `; did you mean '${near[0]}'?` : ''}` });
    }
    return await runCommand(await load(), rest);
  } catch (thrown) {
    const error = toErrorData(thrown);
    report(error, json);
    if (process.env['TRUCKEE_DEBUG']) console.error(thrown);
    if (error.kind === 'cancelled') return interrupted;
    return error.kind === 'bad-usage' ? 2 : 1;
  }
}

async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  const { positionals, options } = readOptions(command, args);
  if (options.has('help')) {
    console.log(helpOf(command));
    return 0;
  }
  const json = options.has('json');
  const say: Speaker = {
    line: (text = '') => void (json || console.log(text)),
    json: (value) => void (json && console.log(JSON.stringify(value))),
    raw: (text) => console.log(text),
  };
  const abort = new AbortController();
  // The first Ctrl+C asks for an orderly stop, the second one insists.
  let asked = false;
  const onSignal = (): void => {
    if (asked) process.exit(interrupted);
    asked = true;
    abort.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const workspacePath = resolve(options.text('workspace') ?? process.env['TRUCKEE_WORKSPACE'] ?? 'truckee-workspace');
  return command.run({ positionals, options, say, workspacePath, json, signal: abort.signal });
}

function report(error: ErrorData, json: boolean): void {
  if (json) {
    const { kind, message, facts, remedy } = error;
    console.log(JSON.stringify({ ok: false, error: { kind, message, facts, remedy } }));
    return;
  }
  console.error(`\n${error.message}\n${error.remedy}`);
}

async function overview(): Promise<string> {
  const known = await Promise.all([...commands.values()].map((load) => load()));
  const width = Math.max(...known.map(({ name }) => name.length));
  return [
    `Truckee ${version}: single-cell RNA data of any size, on this machine`,
    '',
    'truckee COMMAND [--workspace DIR] [--json]',
    '',
    ...known.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'truckee COMMAND --help shows the options of a command.',
  ].join('\n');
}

/** A closed pipe (truckee ... | head) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

process.exitCode = await main(process.argv.slice(2));
// An engine that has said its last word is on its way out: waiting for it lets the system count its processor time as
// ours. Should it linger, the terminal does not.
setTimeout(() => process.exit(), 3000).unref();
