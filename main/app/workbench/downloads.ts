/**
 * Downloads of a workbench: started, paused, gone on with, also after the host has been closed. What each is about is kept in
 * the workspace; tokens are not.
 */
import { randomUUID } from 'node:crypto';
import { nameInAddress, probeRemote } from '../../../io/http.ts';
import { downloadSchema, type DownloadState, type DownloadWish } from '../../../protocol/api.data.ts';
import { failure, isKind, toErrorData, type ErrorData } from '../../../protocol/errors.ts';
import type { SourceAccess, SourceFile } from '../../datasets/sources/contract.ts';
import { fetchFiles, type FetchedFile } from '../../datasets/sources/fetch-files.ts';
import { findSource, listSource, matching } from '../../datasets/sources/list.ts';
import type { Secrets } from '../../datasets/sources/secrets.ts';
import { findKept, readList, writeList } from './kept-list.ts';

export interface Downloads {
  list(): DownloadState[];
  start(wish: DownloadWish, folder: string): { readonly id: string };
  pause(id: string): boolean;
  resume(id: string): boolean;
  remove(id: string): boolean;
  /** Pauses all; the answer waits for their last writes. */
  close(): Promise<void>;
}

interface Kept { readonly id: string; readonly wish: DownloadWish; readonly folder: string; readonly state: 'paused' | 'done' }

interface Live extends Omit<Kept, 'state'> {
  state: DownloadState['state'];
  readonly bytes: Map<string, number>;
  total: number;
  files: number;
  finished: FetchedFile[];
  error: ErrorData | null;
  stop: AbortController;
  running: Promise<void>;
  /** Moments and bytes of the last seconds. */
  readonly pace: { at: number; bytes: number }[];
}

const listName = 'downloads.json';
const isSound = ({ id, wish, folder }: Kept): boolean => typeof id === 'string' && typeof folder === 'string' && downloadSchema.safeParse(wish).success;
const connections = 4;
const paceMs = 5000;

export function createDownloads(root: string, secrets: () => Secrets, mirror: string | undefined = process.env['TRUCKEE_MIRROR']): Downloads {
  const all = new Map<string, Live>(readList<Kept>(root, listName, isSound).map((kept) => [kept.id, { ...fresh(kept.id, kept.wish, kept.folder), state: kept.state }]));
  const save = (): void => {
    const kept: Kept[] = [...all.values()].map(({ id, wish, folder, state }) => ({ id, wish, folder, state: state === 'done' ? 'done' : 'paused' }));
    writeList(root, listName, kept);
  };
  const work = async (one: Live): Promise<void> => {
    try {
      const files = await filesOf(one.wish, secrets(), mirror, one.stop.signal);
      if (files.length === 0) throw failure('not-found', { what: 'file in the source', name: one.wish.from.kind === 'source' ? (one.wish.from.match ?? one.wish.from.source) : one.wish.from.url, near: [] });
      one.files = files.length;
      one.total = files.reduce((sum, { size }) => sum + size, 0);
      one.finished = [];
      const token = one.wish.from.kind === 'source' ? secrets().get(one.wish.from.source) : undefined;
      await fetchFiles(files, one.folder, {
        signal: one.stop.signal, parallel: connections, ...(token ? { token } : {}),
        onProgress: (name, done) => void one.bytes.set(name, done),
        onFile(file) {
          one.finished.push(file);
          one.bytes.set(file.name, file.size);
        },
      });
      one.state = 'done';
    } catch (thrown) {
      one.state = isKind(thrown, 'cancelled') ? 'paused' : 'failed';
      one.error = one.state === 'failed' ? toErrorData(thrown) : null;
    }
    if (all.has(one.id)) save();
  };
  const go = (one: Live): void => {
    one.state = 'going';
    one.error = null;
    one.stop = new AbortController();
    one.running = work(one);
    save();
  };
  return {
    list: () => [...all.values()].map(stateOf),
    start(wish, folder) {
      const one = fresh(randomUUID(), wish, folder);
      all.set(one.id, one);
      go(one);
      return { id: one.id };
    },
    pause(id) {
      const one = findKept(all, 'download', id);
      if (one.state !== 'going') return false;
      one.stop.abort();
      return true;
    },
    resume(id) {
      const one = findKept(all, 'download', id);
      if (one.state === 'going') return false;
      go(one);
      return true;
    },
    remove(id) {
      findKept(all, 'download', id).stop.abort();
      const removed = all.delete(id);
      save();
      return removed;
    },
    async close() {
      for (const one of all.values()) one.stop.abort();
      await Promise.allSettled([...all.values()].map(({ running }) => running));
    },
  };
}

async function filesOf({ from }: DownloadWish, secrets: Secrets, mirror: string | undefined, signal: AbortSignal): Promise<SourceFile[]> {
  if (from.kind === 'source') {
    return matching(await listSource(findSource(from.source), accessOf(from.source, from.project, secrets, mirror, signal)), from.match ?? undefined);
  }
  const remote = await probeRemote(from.url, { signal });
  const name = nameInAddress(from.url) || 'download';
  return [{ name, url: from.url, size: remote.size, revision: remote.etag ?? remote.modified ?? '', digests: from.sha256 === null ? {} : { sha256: from.sha256 } }];
}

/** The token goes into requests and nowhere else. */
export function accessOf(source: string, project: string | null, secrets: Secrets, mirror: string | undefined, signal?: AbortSignal): SourceAccess {
  const token = secrets.get(source);
  return { ...(signal ? { signal } : {}), ...(token ? { token } : {}), ...(project ? { project } : {}), ...(mirror ? { base: mirror } : {}) };
}

const fresh = (id: string, wish: DownloadWish, folder: string): Live => ({
  id, wish, folder, state: 'paused', bytes: new Map(), total: 0, files: 0, finished: [], error: null, stop: new AbortController(), running: Promise.resolve(), pace: [],
});

function stateOf(one: Live): DownloadState {
  const doneBytes = [...one.bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const now = performance.now();
  one.pace.push({ at: now, bytes: doneBytes });
  while (one.pace.length > 2 && now - one.pace[0]!.at > paceMs) one.pace.shift();
  const [first, seconds] = [one.pace[0]!, (now - one.pace[0]!.at) / 1000];
  const { from } = one.wish;
  return {
    id: one.id, title: from.kind === 'source' ? `${from.source}: ${from.match ?? 'everything'}` : titleOf(from.url), folder: one.folder, state: one.state, doneBytes, totalBytes: one.total,
    rate: one.state === 'going' && seconds > 0.2 ? Math.max(0, doneBytes - first.bytes) / seconds : null, files: one.files, finished: one.finished.length,
    changed: one.finished.filter(({ state }) => state === 'changed at the source').map(({ name }) => name),
    paths: one.finished.map(({ path }) => path).filter((path) => /\.(h5ad|h5)$/i.test(path)), error: one.error,
  };
}

/** Without user, password and query: those may be secrets. */
function titleOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
