/** One JSON document of a listing, with the header that leads to the next page. */
import { failure, isTruckeeError, messageOf } from '../../../protocol/errors.ts';
import { bare } from '../../../io/http.ts';
import { exchange } from '../../../io/web/exchange.ts';
import type { SourceAccess } from './contract.ts';

/** A listing page is a few MB at most. */
const mostBytes = 64 * 1024 * 1024;
const tries = 4;
/** For one page of a listing. */
const patienceMs = 60_000;

/** @throws not-authorised, remote-missing, download-failed, cancelled */
export async function fetchJson(url: string, access: SourceAccess): Promise<{ body: unknown; next: string | null }> {
  for (let left = tries; ; ) {
    try {
      return await once(url, access);
    } catch (thrown) {
      if (access.signal?.aborted) throw failure('cancelled', { step: 'the listing' });
      if (isTruckeeError(thrown)) throw thrown;
      left -= 1;
      if (left <= 0) throw failure('download-failed', { url: bare(url), status: 0, reason: messageOf(thrown) });
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** (tries - left)));
    }
  }
}

async function once(url: string, access: SourceAccess): Promise<{ body: unknown; next: string | null }> {
  const headers = { Accept: 'application/json', 'Accept-Encoding': 'identity', ...(access.token ? { Authorization: `Bearer ${access.token}` } : {}) };
  const response = await exchange(new URL(url), headers, access.signal ? AbortSignal.any([access.signal, AbortSignal.timeout(patienceMs)]) : AbortSignal.timeout(patienceMs));
  const { status } = response;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  await response.receive((piece) => {
    bytes += piece.length;
    if (bytes > mostBytes) throw failure('download-failed', { url: bare(url), status, reason: 'the listing is impossibly long' });
    pieces.push(piece.slice());
  });
  const text = Buffer.concat(pieces).toString();
  if (status !== 200) {
    const reason = reasonIn(text);
    if (status === 429 || status >= 500) throw new Error(`the server answered ${status}`);
    // A requester-pays bucket without a project answers 400, not 403.
    if (status === 401 || status === 403 || /requester pays|UserProjectMissing/i.test(reason)) throw failure('not-authorised', { url: bare(url), status });
    if (status === 404) throw failure('remote-missing', { url: bare(url), status });
    throw failure('download-failed', { url: bare(url), status, reason: reason || 'the server refused the request' });
  }
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null;
  try {
    return { body: JSON.parse(text), next };
  } catch (cause) {
    throw failure('download-failed', { url: bare(url), status, reason: 'the listing is not JSON' }, cause);
  }
}

/** The message inside an error document of the API. */
function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } | string };
    const message = typeof error === 'string' ? error : error?.message;
    return typeof message === 'string' ? message.slice(0, 200) : '';
  } catch {
    return '';
  }
}
