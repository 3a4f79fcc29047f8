/** `truckee bench`: how formats compare on this disk (storage), and which settings load training data fastest and still mix it well, on this disk and machine. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { asJobId } from '../../../../protocol/ids.ts';
import { leastSeconds, type LoaderAnswer, type LoaderJob, type LoaderSetting } from '../../../../protocol/loading.ts';
import { callEngine } from '../../../engine/call.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { probeHardware } from '../../../preflight/hardware.ts';
import type { Command, OptionValues, Speaker } from '../command.ts';
import { createProgressView } from '../progress.ts';
import { benchStorage } from './bench-storage.ts';
import { showIn } from './generate.ts';

/** Options that say nothing to the other of the two. */
const storageOnly = ['cells', 'folder', 'rounds'] as const;
const loaderOnly = ['block', 'fetch', 'batch', 'workers', 'join', 'backend', 'seconds', 'warm', 'floor', 'seed', 'epoch', 'order', 'epochs', 'verified'] as const;

export const bench: Command = {
  name: 'bench',
  summary: 'Design a loader for training (loader): cells a second and diversity over block and fetch sizes; compare formats on this disk (storage).',
  usage: 'loader|storage DATA... [--block chunks,16,64] [--fetch 16,64,256] [--batch 64]',
  options: {
    block: { value: 'LIST', help: 'Block sizes, and chunks for the cells of a stored chunk (default chunks,16,64).' },
    fetch: { value: 'LIST', help: 'Minibatches read and mixed together (default 16,64,256).' },
    batch: { value: 'N', help: 'Cells of a minibatch (default 64).' },
    workers: { value: 'N', help: 'Worker threads of the loader (default: half the cores).' },
    where: { value: 'EXPR', help: "Only cells that meet this, e.g. cell_line == 'A549' and pcnt_mito < 0.05 (default: all)." },
    join: { value: 'NAME', help: 'Genes of files that differ: same (refuses them), inner (the shared ones) or outer (all, zeros where a file lacks one; default same).' },
    backend: { value: 'NAME', help: 'auto (packs where there are any), file, pack, or memory (all cells read once; default auto).' },
    seconds: { value: 'N', help: 'Seconds that each setting is measured, at least 0.1; 0 predicts only (default 3).' },
    warm: { value: 'N', help: 'Seconds before each is measured (default 1); published figures have 30, and 120 measured.' },
    floor: { value: 'SHARE', help: 'Least diversity of plates (of the finest label where there is one plate) as a share of truly random minibatches, 0.99 or 99% (default 0.99).' },
    seed: { value: 'N', help: 'Seed of the order (default 0).' },
    cold: { help: 'Empty the page cache of the files (with dd) before each setting and each epoch: what is measured comes from the disk.' },
    epoch: { help: 'Then read one whole epoch with the recommended setting, and say how long it takes.' },
    cells: { value: 'N', help: 'storage: cells copied into every format (default 5,000).' },
    folder: { value: 'DIR', help: 'storage: the disk to try, by a folder on it (default that of the data). Copies are deleted in the end.' },
    rounds: { value: 'N', help: 'storage: epochs of each format and way of reading, at least 5 (default 5).' },
    order: { value: 'DIR', help: 'Write the recommended order of cells and a small PyTorch loader that yields the same minibatches.' },
    epochs: { value: 'N', help: 'Epochs of the order (default 1).' },
    verified: { help: "The files' digests were compared with their source: chunks may be read from their start without their checksum." },
  },
  async run(context) {
    const { options, say, signal } = context;
    const [what, ...files] = context.positionals;
    if ((what !== 'loader' && what !== 'storage') || files.length === 0) throw failure('bad-usage', { command: 'bench', reason: 'bench needs the word loader or storage and at least one file' });
    const [other, foreign] = what === 'loader' ? (['storage', storageOnly] as const) : (['loader', loaderOnly] as const);
    for (const name of foreign) if (options.has(name)) throw failure('bad-usage', { command: 'bench', reason: `--${name} is an option of bench ${other}` });
    if (what === 'storage') return benchStorage(context, files);
    const cores = probeHardware(process.cwd(), { memoryBytes: null, workers: null }).workers;
    const orderFolder = options.text('order');
    const where = options.text('where');
    const job: LoaderJob = {
      kind: 'loader', id: asJobId(randomUUID()), files: files.map((file) => resolve(file)), join: oneOf(options, 'join', ['same', 'inner', 'outer']), ...(where === undefined ? {} : { where }),
      blocks: listOf(options, 'block', 'chunks,16,64', true), fetches: listOf(options, 'fetch', '16,64,256', false).map(Number),
      batch: options.whole('batch', 1) ?? 64, workers: options.whole('workers') ?? Math.max(1, Math.min(16, Math.floor(cores / 2))), backend: oneOf(options, 'backend', ['auto', 'file', 'pack', 'memory']),
      warmSeconds: numberOf(options, 'warm', 1), seconds: secondsOf(options), floor: shareOf(options, 'floor', 0.99), seed: options.whole('seed') ?? 0, verified: options.has('verified'), cold: options.has('cold'), epoch: options.has('epoch'),
      order: orderFolder === undefined ? null : { folder: resolve(orderFolder), epochs: options.whole('epochs', 1) ?? 1 },
    };
    const view = createProgressView(say, context.json);
    try {
      const answer = await callEngine<LoaderAnswer>(job, { start: startLocalEngine, signal, onEvent: showIn(view) });
      if (!answer) throw failure('internal', { detail: 'the engine gave no answer' });
      show(answer, say);
      say.json({ ok: true, ...answer });
      return 0;
    } finally {
      view.close();
    }
  },
};

function listOf(options: OptionValues, name: string, otherwise: string, chunks: boolean): (number | 'chunks')[] {
  return (options.text(name) ?? otherwise).split(',').map((text) => {
    const number = Number(text);
    if (chunks && text.trim() === 'chunks') return 'chunks';
    if (!Number.isSafeInteger(number) || number < 1) throw failure('bad-usage', { command: 'bench', reason: `--${name} needs whole numbers of at least 1${chunks ? ', or chunks' : ''}, not '${text}'` });
    return number;
  });
}

function numberOf(options: OptionValues, name: string, otherwise: number): number {
  const number = Number(options.text(name) ?? otherwise);
  if (!(number >= 0 && number < 1e6)) throw failure('bad-usage', { command: 'bench', reason: `--${name} needs a number of at least 0, not '${options.text(name)}'` });
  return number;
}

function secondsOf(options: OptionValues): number {
  const seconds = numberOf(options, 'seconds', 3);
  if (seconds > 0 && seconds < leastSeconds) throw failure('bad-usage', { command: 'bench', reason: `--seconds needs at least ${leastSeconds}, since less measures nothing, or 0 to predict only, not '${options.text('seconds')}'` });
  return seconds;
}

/** 0 to 1, or a percentage. */
function shareOf(options: OptionValues, name: string, otherwise: number): number {
  const text = options.text(name)?.trim();
  if (text === undefined) return otherwise;
  const share = text.endsWith('%') ? Number(text.slice(0, -1) || NaN) / 100 : Number(text || NaN);
  if (!(share >= 0 && share <= 1)) throw failure('bad-usage', { command: 'bench', reason: `--${name} needs a share of 0 to 1, such as 0.99, or a percentage, such as 99%, not '${text}'` });
  return share;
}

/** The first is the default. */
function oneOf<const Name extends string>(options: OptionValues, option: string, names: readonly [Name, ...Name[]]): Name {
  const given = options.text(option);
  const name = given === undefined ? names[0] : names.find((one) => one === given);
  if (name === undefined) throw failure('bad-usage', { command: 'bench', reason: `--${option} is ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, not '${given}'` });
  return name;
}

function show(answer: LoaderAnswer, say: Speaker): void {
  const labels = Object.keys(answer.random);
  const shown = labels.filter((name) => name === 'plate' || name === 'sample' || name === answer.floor_label);
  say.line(`${formatCount(answer.cells)} cells. Bits of diversity in truly random minibatches: ${labels.map((name) => `${name} ${answer.random[name]!.toFixed(2)}`).join(', ')}`);
  say.line(`${'block'.padStart(7)} ${'fetch'.padStart(6)} ${'predicted'.padStart(10)} ${'cells/s'.padStart(9)} ${shown.map((name) => `${name} bits`.padStart(widthOf(name))).join(' ')} ${'memory/worker'.padStart(14)} ${'wait p50/p95/max ms'.padStart(20)}`);
  for (const setting of answer.grid) say.line(lineOf(setting, shown));
  const best = answer.recommended;
  say.line(`Recommended: block ${best.block}, fetch ${best.fetch}, ${best.workers} worker(s), ${best.backend}: ${formatCount(Math.round(best.cells_per_second))} cells/s, ${answer.floor_label === null ? '' : `${answer.floor_label} diversity ${best.entropy.toFixed(2)} of ${best.entropy_random.toFixed(2)} bits, `}an epoch in ${formatSeconds(answer.epoch_seconds)} (predicted before: ${formatSeconds(answer.predicted_epoch_seconds)}${answer.epoch === null ? '' : `; read once: ${formatSeconds(answer.epoch.seconds)}`}), ${formatBytes(best.bytes_per_worker)} per worker, no /dev/shm needed.`);
  for (const one of answer.strategies) say.line(`  ${one.strategy === 'balanced' ? `Every ${one.label} equally often` : `A fixed number of cells of every ${one.label}`}: ${formatCount(one.cells_per_second)} cells/s`);
  if (answer.scale) say.line(`  ${answer.scale.workers} workers: ${answer.scale.factor.toFixed(2)} times one worker (${formatCount(answer.scale.one_worker_cells_per_second)} cells/s)`);
  if (answer.grid.every((setting) => setting.cells_per_second === null)) say.line('Predicted only: nothing was measured.');
  else if (answer.quick) say.line('A quick look: published figures warm up for 30 s and measure for 120 s (--warm 30 --seconds 120).');
  for (const path of answer.order) say.line(`Written: ${path}`);
  for (const warning of answer.warnings) say.line(`  - ${warning}`);
  say.line('Published elsewhere, on other machines:');
  for (const rate of answer.published) say.line(`  ${rate.loader}, ${rate.setting}: ${formatCount(rate.cells_per_second)} cells/s, an epoch of the atlas in ${longTime(rate.epoch_seconds)}, minibatch ${rate.batch} (${rate.hardware}; ${rate.source})`);
  for (const one of answer.speedups) say.line(`  ${one.loader}, ${one.setting}: ${one.factor}x ${one.against}, minibatch ${one.batch} (${one.hardware}; ${one.source})`);
}

const longTime = (seconds: number): string => (seconds >= 172_800 ? `${Math.round(seconds / 86_400)} days` : formatSeconds(seconds));

/** Of a column of bits. */
const widthOf = (label: string): number => Math.max(11, label.length + 5);

/** `shown`: labels whose bits have a column. */
function lineOf(setting: LoaderSetting, shown: readonly string[]): string {
  const bits = shown.map((name) => (setting.entropy[name]!.measured ?? setting.entropy[name]!.predicted).toFixed(2).padStart(widthOf(name)));
  const rate = setting.cells_per_second === null ? '-' : formatCount(Math.round(setting.cells_per_second));
  return `${String(setting.block).padStart(7)} ${String(setting.fetch).padStart(6)} ${formatCount(Math.round(setting.predicted_cells_per_second)).padStart(10)} ${rate.padStart(9)} ${bits.join(' ')} ${formatBytes(setting.bytes_per_worker).padStart(14)} ${waitOf(setting).padStart(20)}${setting.mixed ? '' : '  too little mixed'}`;
}

function waitOf({ wait }: LoaderSetting): string {
  return wait === null ? '-' : [wait.p50, wait.p95, wait.max].map((seconds) => (1000 * seconds).toFixed(1)).join('/');
}
