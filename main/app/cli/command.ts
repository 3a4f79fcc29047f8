/** The frame of the command line: what a command is, how its options are read, and how it speaks. */
import { parseArgs } from 'node:util';
import { failure, messageOf } from '../../../protocol/errors.ts';
import { nearNames, parseBytes } from '../../../protocol/format.ts';

export interface OptionSpec {
  /** Shown as --name VALUE; a switch when missing. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as shown in the usage line. */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Further text of --help. */
  help?(): string;
  /** Resolves with the exit code. */
  run(context: CommandContext): Promise<number>;
}

export interface CommandContext {
  readonly positionals: readonly string[];
  readonly options: OptionValues;
  readonly say: Speaker;
  readonly workspacePath: string;
  readonly json: boolean;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
}

export interface OptionValues {
  has(name: string): boolean;
  text(name: string): string | undefined;
  all(name: string): readonly string[];
  /** @throws bad-usage */
  whole(name: string, least?: number): number | undefined;
  bytes(name: string): number | undefined;
}

export interface Speaker {
  /** For people; silent with --json. */
  line(text?: string): void;
  /** One JSON object per line; silent without --json. */
  json(value: unknown): void;
  /** Printed in both modes: output that is the purpose of the command (a recipe). */
  raw(text: string): void;
}

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  workspace: { value: 'DIR', help: 'Workspace folder (default: $TRUCKEE_WORKSPACE or ./truckee-workspace).' },
  json: { help: 'Newline-delimited JSON; the last line is a summary.' },
  help: { help: 'Show this help.' },
};

export function readOptions(command: Command, args: readonly string[]): { positionals: string[]; options: OptionValues } {
  const specs = { ...commonOptions, ...command.options };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { type: spec.value ? ('string' as const) : ('boolean' as const), multiple: spec.multiple ?? false }]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const unknown = /'--?([^' ]+)/.exec(messageOf(cause))?.[1];
    if (unknown !== undefined && /ambiguous/.test(messageOf(cause))) throw failure('bad-usage', { command: command.name, reason: `--${unknown} needs a value; one that begins with a dash is written --${unknown}=-1` }, cause);
    const near = unknown ? nearNames(unknown, Object.keys(specs)) : [];
    const hint = near.length > 0 ? `; did you mean --${near[0]}?` : '';
    throw failure('bad-usage', { command: command.name, reason: `${messageOf(cause).split('. ')[0]}${hint}` }, cause);
  }
  const values = parsed.values as Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    positionals: parsed.positionals,
    options: {
      has: (name) => values[name] !== undefined && values[name] !== false,
      text,
      all: (name) => {
        const value = values[name];
        return Array.isArray(value) ? value.map(String) : [];
      },
      whole(name, least = 0) {
        const given = text(name);
        if (given === undefined) return undefined;
        const number = Number(given);
        if (!Number.isSafeInteger(number) || number < least) {
          throw failure('bad-usage', { command: command.name, reason: `--${name} needs a whole number of at least ${least}, not '${given}'` });
        }
        return number;
      },
      bytes(name) {
        const given = text(name);
        if (given === undefined) return undefined;
        const bytes = parseBytes(given);
        if (bytes === undefined || bytes <= 0) {
          throw failure('bad-usage', { command: command.name, reason: `--${name} needs a size such as 1GiB or 800MiB, not '${given}'` });
        }
        return bytes;
      },
    },
  };
}

export function helpOf(command: Command): string {
  const lines = [`truckee ${command.name} ${command.usage}`.trimEnd(), '', command.summary, '', 'Options:'];
  for (const [name, spec] of Object.entries({ ...command.options, ...commonOptions })) {
    const flag = `--${name}${spec.value ? ` ${spec.value}` : ''}`;
    lines.push(`  ${flag.padEnd(26)} ${spec.help}`);
  }
  const more = command.help?.();
  return more ? `${lines.join('\n')}\n\n${more}` : lines.join('\n');
}

/** The one positional argument of a command. @throws bad-usage when there is none or more. */
export function onePositional(context: Pick<CommandContext, 'positionals'>, command: string, what: string): string {
  const [first, ...rest] = context.positionals;
  if (first === undefined || rest.length > 0) throw failure('bad-usage', { command, reason: `${command} needs one ${what}` });
  return first;
}
