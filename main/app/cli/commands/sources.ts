/** `truckee sources`: where data sets are published, what is there, and fetching it whole, resumable and verified. */
import { readFileSync } from 'node:fs';
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatCount } from '../../../../protocol/format.ts';
import type { SourceAccess, SourceFile } from '../../../datasets/sources/contract.ts';
import { fetchFiles } from '../../../datasets/sources/fetch-files.ts';
import { knownSources } from '../../../datasets/sources/known.table.ts';
import { findSource, listSource, matching } from '../../../datasets/sources/list.ts';
import { openSecrets } from '../../../datasets/sources/secrets.ts';
import type { Command, CommandContext } from '../command.ts';

export const sources: Command = {
  name: 'sources',
  summary: 'List known sources of data, what they hold, and fetch files of them; keep tokens for them.',
  usage: '[list SOURCE | get SOURCE --out DIR | token SOURCE | forget SOURCE] [--match PATTERN]',
  options: {
    match: { value: 'PATTERN', help: 'Only files of this name; * within a folder, ** across folders.' },
    out: { value: 'DIR', help: 'Folder to fetch into.' },
    project: { value: 'NAME', help: 'Billing project of requester-pays buckets.' },
    parallel: { value: 'N', help: 'Connections per file (default 4).' },
    mirror: { value: 'URL', help: 'Another server that speaks the same protocol.' },
  },
  help: () => "token reads the source's access token from standard input and keeps it in a file that only you may read.\nNothing is fetched when the listed files do not fit on the disk.",
  async run(context) {
    const [action = 'all', name, ...rest] = context.positionals;
    if (action === 'all') return showAll(context);
    if (!name || rest.length > 0 || !(action in actions)) throw failure('bad-usage', { command: 'sources', reason: 'sources needs list, get, token or forget, and one SOURCE' });
    findSource(name);
    return actions[action as keyof typeof actions](name, context);
  },
};

function showAll({ say }: CommandContext): number {
  for (const source of knownSources) {
    say.json({ name: source.name, title: source.title, kind: source.kind, legacy: source.legacy });
    say.line(`${source.name.padEnd(13)} ${source.title}`);
  }
  say.json({ ok: true, sources: knownSources.length });
  return 0;
}

const actions = {
  async list(name: string, context: CommandContext): Promise<number> {
    const files = await chosen(name, context);
    for (const { name: file, size, revision, digests } of files) {
      context.say.json({ name: file, size, revision, digests });
      context.say.line(`${formatBytes(size).padStart(9)}  ${file}  ${Object.keys(digests).join(', ') || 'no digest'}`);
    }
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    context.say.line(`${formatCount(files.length)} files, ${formatBytes(bytes)}`);
    context.say.json({ ok: true, source: name, files: files.length, bytes });
    return 0;
  },
  async get(name: string, context: CommandContext): Promise<number> {
    const { options, say } = context;
    const out = options.text('out');
    if (out === undefined) throw failure('bad-usage', { command: 'sources', reason: 'get needs --out DIR' });
    const files = await chosen(name, context);
    if (files.length === 0) throw failure('not-found', { what: 'file in the source', name: options.text('match') ?? name, near: [] });
    let lastTold = 0;
    const done = await fetchFiles(files, out, {
      ...accessOf(name, context), parallel: options.whole('parallel', 1) ?? 4,
      onProgress(file, bytes, total) {
        if (performance.now() - lastTold < 1000) return;
        lastTold = performance.now();
        say.json({ kind: 'progress', file, done: bytes, total, unit: 'bytes' });
        say.line(`  ${file}: ${formatBytes(bytes)} of ${formatBytes(total)}`);
      },
      onFile(file) {
        say.json({ kind: 'file', ...file });
        say.line(`${file.name}: ${file.state}${file.verified.length > 0 ? `, verified by ${file.verified.join(', ')}` : ''}`);
      },
    });
    const changed = done.filter(({ state }) => state === 'changed at the source').map((file) => file.name);
    if (changed.length > 0) say.line(`  ! changed at the source since they were fetched (yours are kept): ${changed.join(', ')}`);
    say.json({ ok: true, source: name, files: done.length, fetched: done.filter(({ state }) => state === 'fetched').length, changed });
    return 0;
  },
  token(name: string, { say }: CommandContext): Promise<number> {
    const token = readFileSync(0, 'utf8').trim();
    if (token === '' || /\s/.test(token)) throw failure('bad-usage', { command: 'sources', reason: 'token needs one token on standard input' });
    openSecrets().set(name, token);
    say.line(`The token of ${name} is kept.`);
    say.json({ ok: true, source: name });
    return Promise.resolve(0);
  },
  forget(name: string, { say }: CommandContext): Promise<number> {
    const removed = openSecrets().remove(name);
    say.line(removed ? `The token of ${name} is removed.` : `There was no token of ${name}.`);
    say.json({ ok: true, source: name, removed });
    return Promise.resolve(0);
  },
};

async function chosen(name: string, context: CommandContext): Promise<SourceFile[]> {
  return matching(await listSource(findSource(name), accessOf(name, context)), context.options.text('match'));
}

function accessOf(name: string, { options, signal }: CommandContext): SourceAccess {
  const token = openSecrets().get(name);
  const [project, base] = [options.text('project'), options.text('mirror')];
  return { signal, ...(token ? { token } : {}), ...(project ? { project } : {}), ...(base ? { base: base.replace(/\/$/, '') } : {}) };
}
