/** Files that are read from afar: an address becomes a local stand-in in the workspace; their rate says whether that is slow. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rateOf, openStub, readStub } from '../../io/remote/stub.ts';
import { bare } from '../../io/http.ts';
import { formatBytes } from '../../protocol/format.ts';

/** What one core decodes of a plate's compressed bytes: below it, the line is what one waits for. */
const slowBytesPerSecond = 80e6;

export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);
export const remoteFolder = (workspaceRoot: string): string => join(workspaceRoot, 'remote');

export interface AddressOptions {
  /** Environment variable with an Authorization header. */
  readonly headerVariable: string | undefined;
  readonly signal?: AbortSignal;
}

/** A path stays what it is; an address becomes the path of its stand-in. @throws what openStub throws */
export async function pathOf(fileOrAddress: string, workspaceRoot: string, options: AddressOptions): Promise<string> {
  if (!isAddress(fileOrAddress)) return fileOrAddress;
  return openStub(remoteFolder(workspaceRoot), fileOrAddress, options.headerVariable ?? null, options.signal);
}

export interface RemoteFacts {
  readonly url: string;
  /** Bytes per second, measured over all reads so far. */
  readonly rate: number | null;
  readonly slow: boolean;
}

/** Null for an ordinary file. */
export function remoteFacts(path: string): RemoteFacts | null {
  const stub = existsSync(path) ? readStub(path) : null;
  if (stub === null) return null;
  const rate = rateOf(path);
  return { url: bare(stub.remote.url), rate, slow: rate !== null && rate < slowBytesPerSecond };
}

/** For people: the measured rate, and "slow" where it is. */
export function remoteWords({ url, rate, slow }: RemoteFacts): string {
  if (rate === null) return `read from ${url}; its rate is not known yet`;
  return `read from ${url} at ${formatBytes(rate)}/s${slow ? ', which is slow: a download saves time when it is read more than once' : ''}`;
}
