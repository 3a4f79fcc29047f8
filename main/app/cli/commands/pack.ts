/** `truckee pack`: compact copies beside files, for training that reads cells in any order. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../../../../protocol/format.ts';
import { asJobId } from '../../../../protocol/ids.ts';
import type { PackAnswer, PackJob } from '../../../../protocol/loading.ts';
import { callEngine } from '../../../engine/call.ts';
import { startLocalEngine } from '../../../engine/local.ts';
import { probeHardware } from '../../../preflight/hardware.ts';
import type { Command } from '../command.ts';
import { createProgressView } from '../progress.ts';
import { showIn } from './generate.ts';
import { limitsOf } from './run-options.ts';

const actions: readonly PackJob['action'][] = ['build', 'verify', 'delete'];

export const pack: Command = {
  name: 'pack',
  summary: 'Compact copies of the counts beside files (FILE.pack), read cell by cell at hundreds of thousands a second.',
  usage: 'build|verify|delete FILE...',
  options: {
    fractions: { help: 'Keep values that are no counts as float32 (default: refuse them).' },
    genes: { value: 'LIST', help: 'Only the genes of this file (one name per line), in FILE.genes.pack: small, and batches of these genes are those of the whole file.' },
    workers: { value: 'N', help: 'Worker threads (default: the number of cores).' },
    memory: { value: 'SIZE', help: 'Memory that may be used.' },
  },
  help: () => 'A pack is derived data: deleting one loses nothing. A build that was stopped or killed goes on with the same command. Verifying looks at every bit, and whether the pack is that of the file as it is now.',
  async run(context) {
    const { options, say, signal } = context;
    const [wanted, ...files] = context.positionals;
    const action = actions.find((name) => name === wanted);
    if (action === undefined || files.length === 0) throw failure('bad-usage', { command: 'pack', reason: `an action (${actions.join(', ')}) and at least one file are needed` });
    const hardware = probeHardware(process.cwd(), limitsOf(options));
    const job: PackJob = {
      kind: 'pack', id: asJobId(randomUUID()), action, files: files.map((file) => resolve(file)), fractions: options.has('fractions'), genes: genesOf(options.text('genes')),
      workers: hardware.workers, memoryBytes: hardware.memoryBytes,
    };
    const view = createProgressView(say, context.json);
    const begun = performance.now();
    try {
      const answer = await callEngine<PackAnswer>(job, { start: startLocalEngine, signal, onEvent: showIn(view) });
      for (const one of answer?.packs ?? []) {
        const size = `${formatBytes(one.bytes)} (file: ${formatBytes(one.file_bytes)})`;
        const done = { build: `${formatCount(one.cells)} cells, ${size}, ${formatSeconds(one.seconds)}`, verify: `sound: ${formatCount(one.cells)} cells, ${size}`, delete: `deleted: ${formatBytes(one.bytes)}` }[action];
        say.line(`${one.pack}: ${done}${one.resumed_at > 0 ? `; went on at cell ${formatCount(one.resumed_at)}` : ''}`);
      }
      say.json({ ok: true, action, packs: answer?.packs ?? [], seconds: (performance.now() - begun) / 1000 });
      return 0;
    } finally {
      view.close();
    }
  },
};

/** Names of genes, one a line. Errors: file-not-found, bad-usage for an empty list. */
function genesOf(path: string | undefined): string[] | null {
  if (path === undefined) return null;
  if (!existsSync(path)) throw failure('file-not-found', { path: resolve(path) });
  const genes = [...new Set(readFileSync(path, 'utf8').split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''))];
  if (genes.length === 0) throw failure('bad-usage', { command: 'pack', reason: `${path} names no gene` });
  return genes;
}
