/** `truckee remote`: files read from afar, how fast, what of them is kept here; its limit, and clearing it. */
import { basename } from 'node:path';
import { cacheLimit, setCacheLimit } from '../../../../io/remote/bytes.ts';
import { clearStub, listStubs, removeStub, type CachedRemote } from '../../../../io/remote/stub.ts';
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, nearNames, parseBytes } from '../../../../protocol/format.ts';
import { remoteFacts, remoteFolder, remoteWords } from '../../../datasets/remote-files.ts';
import type { Workspace } from '../../../workspace.ts';
import type { Command, CommandContext } from '../command.ts';
import { withLockedWorkspace, withWorkspace } from '../session.ts';

export const remote: Command = {
  name: 'remote',
  summary: 'Files that are read over HTTP without downloading them (add URL, inspect URL): rate, cache, its limit; clear or forget it.',
  usage: '[list | clear [NAME] | forget NAME | limit SIZE]',
  options: {},
  help: () => 'What was read stays in the workspace, in blocks, up to the limit that all such files share. Clearing it loses nothing: it is read again. A file that has changed at its source is forgotten and added anew.',
  run(context) {
    const [action = 'list', name, ...rest] = context.positionals;
    if (action === 'list' && name === undefined) return withWorkspace(context.workspacePath, async (workspace) => list(workspace, context));
    if (action === 'clear' && rest.length === 0) return withLockedWorkspace(context.workspacePath, async (workspace) => clear(workspace, name, context));
    if (action === 'forget' && name !== undefined && rest.length === 0) return withLockedWorkspace(context.workspacePath, async (workspace) => forget(workspace, name, context));
    if (action === 'limit' && name !== undefined && rest.length === 0) return withLockedWorkspace(context.workspacePath, async (workspace) => limit(workspace, name, context));
    throw failure('bad-usage', { command: 'remote', reason: 'remote needs list, clear [NAME], forget NAME or limit SIZE' });
  },
};

function list(workspace: Workspace, { say }: CommandContext): number {
  const folder = remoteFolder(workspace.root);
  const files = listStubs(folder);
  for (const file of files) {
    const facts = remoteFacts(file.path)!;
    say.json({ kind: 'remote', name: basename(file.path), ...facts, size: file.size, cached_bytes: file.cachedBytes });
    say.line(`${basename(file.path)}: ${formatBytes(file.cachedBytes)} of ${formatBytes(file.size)} here, ${remoteWords(facts)}`);
  }
  const cached = files.reduce((sum, { cachedBytes }) => sum + cachedBytes, 0);
  say.line(`${files.length} file(s), ${formatBytes(cached)} kept of at most ${formatBytes(cacheLimit(folder))} in ${folder}`);
  say.json({ ok: true, files: files.length, cached_bytes: cached, limit_bytes: cacheLimit(folder), place: folder });
  return 0;
}

/** @throws not-found */
function named(workspace: Workspace, name: string | undefined): CachedRemote[] {
  const files = listStubs(remoteFolder(workspace.root));
  const chosen = files.filter((file) => name === undefined || basename(file.path) === name);
  if (name !== undefined && chosen.length === 0) throw failure('not-found', { what: 'remote file', name, near: nearNames(name, files.map((file) => basename(file.path))) });
  return chosen;
}

function forget(workspace: Workspace, name: string, { say }: CommandContext): number {
  for (const { path, url } of named(workspace, name)) {
    removeStub(path);
    say.line(`${name} is forgotten. Its source as it is now: truckee add ${url}`);
    say.json({ ok: true, url });
  }
  return 0;
}

function clear(workspace: Workspace, name: string | undefined, { say }: CommandContext): number {
  const chosen = named(workspace, name);
  const freed = chosen.reduce((sum, { path }) => sum + clearStub(path), 0);
  say.line(`${formatBytes(freed)} are free again; the files can be read as before.`);
  say.json({ ok: true, files: chosen.length, freed_bytes: freed });
  return 0;
}

function limit(workspace: Workspace, text: string, { say }: CommandContext): number {
  const bytes = parseBytes(text);
  if (bytes === undefined) throw failure('bad-usage', { command: 'remote', reason: `limit needs a size such as 20GiB, not '${text}'` });
  setCacheLimit(remoteFolder(workspace.root), bytes);
  say.line(`At most ${formatBytes(bytes)} of remote files are kept.`);
  say.json({ ok: true, limit_bytes: bytes });
  return 0;
}
