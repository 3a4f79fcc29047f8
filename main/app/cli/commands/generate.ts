/** `truckee generate DIR`: demo plates with the layout of the Tahoe atlas. */
import { randomUUID } from 'node:crypto';
import { failure } from '../../../../protocol/errors.ts';
import type { JobEvent } from '../../../../protocol/events.ts';
import { formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { asJobId } from '../../../../protocol/ids.ts';
import type { GenerateAnswer } from '../../../../protocol/jobs.ts';
import { generateSchema, type GenerateParams } from '../../../../steps/generate.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import type { Limits } from '../../../preflight/hardware.ts';
import { makePlates } from '../../demo.ts';
import { onePositional, type Command, type CommandContext, type OptionValues } from '../command.ts';
import { createProgressView } from '../progress.ts';
import { limitsOf } from './run-options.ts';

export const generate: Command = {
  name: 'generate',
  summary: 'Make demo plates: Tahoe-like h5ad files with known truth inside. Marked as demo data wherever they are shown.',
  usage: 'DIR [--plates 3] [--cells 4000] [--genes 62710] [--seed 1]',
  options: {
    plates: { value: 'N', help: 'Number of plates (default 3).' },
    cells: { value: 'N', help: 'Cells per plate (default 4000).' },
    genes: { value: 'N', help: 'Genes (default 62710).' },
    seed: { value: 'N', help: 'Seed (default 1); the same seed gives the same files.' },
    lines: { value: 'N', help: 'Cell lines (default 50).' },
    drugs: { value: 'N', help: 'Drugs besides the control (default 379).' },
    'plate-chunks': { help: 'Chunks as in real plates: about 139k elements of data, 69k of indices.' },
    'index-dtype': { value: 'TYPE', help: 'int32 or int64 (default int32; int64 with --plate-chunks).' },
    workers: { value: 'N', help: 'Worker threads (default: the number of cores).' },
    memory: { value: 'SIZE', help: 'Memory that may be used.' },
  },
  async run(context) {
    const { options, say } = context;
    const folder = onePositional(context, 'generate', 'DIR');
    const answer = await generatePlates(folder, paramsOf(options), limitsOf(options), context);
    for (const file of answer.files) say.line(`  ${file}`);
    say.line(`${formatCount(answer.cells)} demo cells in ${answer.files.length} file(s), ${formatSeconds(answer.seconds)}. Next: truckee add ${folder}/*.h5ad`);
    say.json({ ok: true, ...answer });
    return 0;
  },
};

/** Makes plates with a progress display. */
export async function generatePlates(
  folder: string, params: GenerateParams, limits: Limits, context: Pick<CommandContext, 'say' | 'json' | 'signal'>,
): Promise<GenerateAnswer> {
  const view = createProgressView(context.say, context.json);
  try {
    return await makePlates(folder, params, { start: startLocalEngine, limits, signal: context.signal, onEvent: showIn(view) });
  } finally {
    view.close();
  }
}

/** Numbers and shows the events of an engine that has no log. */
export function showIn(view: ReturnType<typeof createProgressView>): (event: JobEvent) => void {
  const job = asJobId(randomUUID());
  let number = 0;
  return (event) => view.show({ job, number: ++number, at: new Date().toISOString(), event });
}

function paramsOf(options: OptionValues): GenerateParams {
  const dtype = options.text('index-dtype');
  const given = {
    plates: options.whole('plates', 1), cells: options.whole('cells', 1), genes: options.whole('genes', 100), seed: options.whole('seed'),
    lines: options.whole('lines', 1), drugs: options.whole('drugs', 1),
    plate_chunks: options.has('plate-chunks'), index_dtype: dtype ?? (options.has('plate-chunks') ? 'int64' : 'int32'),
  };
  const parsed = generateSchema.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw failure('bad-usage', { command: 'generate', reason: `--${String(issue.path[0]).replaceAll('_', '-')}: ${issue.message}` });
  }
  return parsed.data;
}
