/**
 * Ranges of a file behind HTTP(S): pinned to the version seen first, retried with growing pauses, never mixed with another
 * version. Headers may hold secrets, so they are in no error and no log.
 */
import { basename } from 'node:path';
import { failure, isTruckeeError, messageOf } from '../protocol/errors.ts';
import { exchange, type Exchange } from './web/exchange.ts';

/** What a server says of a file; `etag` is the version that every later range must be of. */
export interface RemoteFile {
  readonly url: string;
  readonly size: number;
  /** Strong ETag, or null: then size and Last-Modified stand for the version. */
  readonly etag: string | null;
  readonly modified: string | null;
  readonly ranges: boolean;
}

export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Tries of one request before giving up. */
  readonly tries?: number;
  /** Pause before the first retry in ms; doubles each time up to 30 s. */
  readonly pauseMs?: number;
  /** A transfer that gives no byte for so long is begun again. */
  readonly stallMs?: number;
}

const standard = { tries: 8, pauseMs: 500, stallMs: 30_000 };
const longestPauseMs = 30_000;
/** Before anything has come: more often than a broken line it is a mistyped address, and somebody waits. */
const firstTries = 4;

/** Asks for the first byte: the one request that tells size, version and whether ranges work. @throws download-failed, file-moved */
export async function probeRemote(url: string, options: HttpOptions = {}): Promise<RemoteFile> {
  return retried(url, { tries: firstTries, ...options }, async (signal) => {
    const response = await ask(url, { ...options.headers, Range: 'bytes=0-0' }, signal);
    const header = (name: string): string | null => response.headers.get(name) ?? null;
    const total = /^bytes 0-0\/(\d+)$/.exec(header('content-range') ?? '')?.[1];
    const length = header('content-length');
    // One byte is read to its end, so that the connection can be used again.
    if (length === '1') await response.receive(() => undefined);
    else response.discard();
    const etag = header('etag');
    const facts = { url, etag: etag !== null && !etag.startsWith('W/') ? etag : null, modified: header('last-modified') };
    if (response.status === 206 && total !== undefined) return { ...facts, size: Number(total), ranges: true };
    // An empty file has no first byte.
    if (response.status === 416) return { ...facts, size: 0, ranges: true };
    if (response.status === 200 && length !== null && header('content-encoding') === null) return { ...facts, size: Number(length), ranges: false };
    throw failure('download-failed', { url: bare(url), status: response.status, reason: 'the server does not tell the size of the file' });
  });
}

/** Bytes [start, end) of the pinned version, piece by piece; a piece is valid during the call. Retried from the first byte that is missing. */
export async function fetchRange(file: RemoteFile, start: number, end: number, onBytes: (bytes: Uint8Array) => void, options: HttpOptions = {}): Promise<void> {
  let at = start;
  await retried(file.url, options, async (signal, alive) => {
    const whole = !file.ranges;
    if (whole && at > start) throw failure('download-failed', { url: bare(file.url), status: 200, reason: 'the connection broke and the server cannot go on in the middle' });
    const headers = { ...options.headers, ...(whole ? {} : { Range: `bytes=${at}-${end - 1}` }), ...(file.etag && !whole ? { 'If-Range': file.etag } : {}) };
    const response = await ask(file.url, headers, signal);
    refuseOther(file, response, at, end);
    await response.receive((piece) => {
      alive();
      if (at + piece.length > end) throw failure('download-failed', { url: bare(file.url), status: response.status, reason: 'the server sent more bytes than were asked for' });
      onBytes(piece);
      at += piece.length;
    });
    if (at < end) throw new Error(`the connection ended ${end - at} bytes early`);
  }, () => at);
}

/** The wrong version or the wrong range is never taken for the right one. */
function refuseOther(file: RemoteFile, response: Exchange, at: number, end: number): void {
  const [etag, modified] = [response.headers.get('etag') ?? null, response.headers.get('last-modified') ?? null];
  if ((file.etag !== null && etag !== file.etag) || (file.etag === null && file.modified !== modified)) {
    response.discard();
    throw failure('remote-changed', { url: bare(file.url), expected: file.etag ?? file.modified ?? '', found: etag ?? modified ?? '' });
  }
  if (response.headers.has('content-encoding')) {
    response.discard();
    throw new OtherAnswer(response.status, 'the server changes the bytes (Content-Encoding)');
  }
  if (!file.ranges) return;
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  if (response.status === 206 && range && Number(range[1]) === at && Number(range[2]) === end - 1 && Number(range[3]) === file.size) return;
  response.discard();
  throw new OtherAnswer(response.status, response.status === 200 ? 'the server ignored the range that was asked for' : 'the server sent another range than was asked for');
}

async function ask(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Exchange> {
  if (!URL.canParse(url)) throw failure('download-failed', { url: url.slice(0, 200), status: 0, reason: 'it is no web address' });
  let address = new URL(url);
  let sent = { ...headers, 'Accept-Encoding': 'identity' } as Record<string, string>;
  for (let hops = 0; hops < 6; hops++) {
    const response = await exchange(address, sent, signal);
    if (response.status < 300 || response.status > 399 || response.status === 304) return accepted(address.href, response);
    response.discard();
    const next = URL.parse(response.headers.get('location') ?? '', address.href);
    if (next === null) break;
    if (next.protocol !== 'https:' && next.protocol !== 'http:') break;
    // A token is for the host it was given for, never for where that host points.
    if (next.host !== address.host) sent = Object.fromEntries(Object.entries(sent).filter(([name]) => !/^(authorization|cookie|x-goog-user-project)$/i.test(name)));
    address = next;
  }
  throw failure('download-failed', { url: bare(url), status: 310, reason: 'it redirects in a circle or to somewhere that is no web address' });
}

/** Statuses that will not change by asking again are errors at once; the others are thrown for a retry. */
function accepted(url: string, response: Exchange): Exchange {
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return response;
  response.discard();
  if (status === 401 || status === 403) throw failure('not-authorised', { url: bare(url), status });
  if (status === 404 || status === 410) throw failure('remote-missing', { url: bare(url), status });
  if (status === 408 || status === 425 || status === 429 || status >= 500) throw new RetryLater(`the server answered ${status}`, pauseAsked(response));
  throw failure('download-failed', { url: bare(url), status, reason: 'the server refused the request' });
}

class RetryLater extends Error {
  readonly afterMs: number | null;

  constructor(message: string, afterMs: number | null) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** Not what was asked for: nothing of it is taken. One machine of many behind a name may answer so, the next one rightly. */
class OtherAnswer extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Retry-After in ms: seconds, or a time that is compared with the server's own clock - ours may be wrong, or jump. */
function pauseAsked({ headers }: Exchange): number | null {
  const given = headers.get('retry-after') ?? '';
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - Date.parse(headers.get('date') ?? '');
  return Number.isFinite(ms) ? Math.max(0, Math.min(ms, longestPauseMs * 4)) : null;
}

/** `progress` rises when a try got further: then tries are counted anew, so that a long file survives many cuts. */
async function retried<T>(url: string, options: HttpOptions, act: (signal: AbortSignal, alive: () => void) => Promise<T>, progress: () => number = () => 0): Promise<T> {
  const { tries, pauseMs, stallMs } = { ...standard, ...options };
  let left = tries;
  for (let pause = pauseMs; ; ) {
    const before = progress();
    const stall = new AbortController();
    let timer = setTimeout(() => stall.abort(), stallMs);
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), stallMs);
    };
    try {
      return await act(options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal, alive);
    } catch (thrown) {
      if (options.signal?.aborted) throw failure('cancelled', { step: 'the download' });
      if (isTruckeeError(thrown)) throw thrown;
      if (progress() > before) [left, pause] = [tries, pauseMs];
      left -= 1;
      const reason = stall.signal.aborted ? `nothing came for ${Math.round(stallMs / 1000)} s` : messageOf(thrown);
      const status = thrown instanceof OtherAnswer ? thrown.status : 0;
      if (left <= 0) throw failure('download-failed', { url: bare(url), status, reason: `${reason}, also after ${tries} tries` });
      // Many parts fail together: a random share of the pause keeps them from knocking together again.
      await wait(thrown instanceof RetryLater && thrown.afterMs !== null ? thrown.afterMs : pause * (0.5 + Math.random() / 2), options.signal);
      pause = Math.min(longestPauseMs, pause * 2);
    } finally {
      clearTimeout(timer);
    }
  }
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** The last part of an address as the name of a file, decoded where that can be; never a path, empty where there is none. */
export function nameInAddress(url: string): string {
  const last = basename(new URL(url).pathname);
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // A stray percent sign: the name stays as it is written.
  }
  return /^\.*$/.test(name) ? '' : name.replaceAll(/[/\\\0]/g, '_');
}

/** An address without user, password and query: those may be secrets (signed addresses). */
export function bare(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return '(no web address)';
  }
}
