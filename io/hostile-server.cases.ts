/** A web server for tests that serves one file and misbehaves as told, request by request. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Request { readonly number: number; readonly start: number; readonly end: number; readonly headers: IncomingMessage['headers'] }

/** What to do instead of answering well; null: answer well. */
export type Mischief =
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'stall'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'whole' }
  | { readonly kind: 'other-range' }
  | { readonly kind: 'encoded' }
  | { readonly kind: 'flip'; readonly at: number }
  | { readonly kind: 'redirect'; readonly to: string };

export interface HostileServer {
  readonly url: string;
  readonly requests: Request[];
  content: Uint8Array;
  sent: number;
  mischief: (request: Request) => Mischief | null;
  close(): Promise<void>;
}

export async function startHostile(content: Uint8Array): Promise<HostileServer> {
  const server: Server = createServer((request, response) => answer(hostile, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hostile: HostileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`, requests: [], content, sent: 0, mischief: () => null,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
  return hostile;
}

function answer(hostile: HostileServer, request: IncomingMessage, response: ServerResponse): void {
  const { content } = hostile;
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  let [start, end] = range ? [Number(range[1]), Math.min(content.length, Number(range[2]) + 1)] : [0, content.length];
  const asked: Request = { number: hostile.requests.length, start, end, headers: request.headers };
  hostile.requests.push(asked);
  const mischief = hostile.mischief(asked);
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  if (mischief?.kind === 'status') {
    // Node keeps the date of its answers for a second: where the clock jumps, it would be another one than Retry-After was reckoned by.
    response.writeHead(mischief.status, mischief.retryAfter ? { 'Retry-After': mischief.retryAfter, Date: new Date().toUTCString() } : {}).end();
    return;
  }
  if (mischief?.kind === 'redirect') {
    response.writeHead(302, { Location: mischief.to }).end();
    return;
  }
  const stale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag;
  const whole = !range || stale || mischief?.kind === 'whole';
  if (whole) [start, end] = [0, content.length];
  if (mischief?.kind === 'other-range') start = Math.min(end - 1, start + 1);
  const headers: Record<string, string | number> = { ETag: etag, 'Content-Length': end - start, 'Accept-Ranges': 'bytes' };
  if (!whole) headers['Content-Range'] = `bytes ${start}-${end - 1}/${content.length}`;
  if (mischief?.kind === 'encoded') headers['Content-Encoding'] = 'x-rot13';
  let bytes = content.subarray(start, end);
  if (mischief?.kind === 'flip' && mischief.at >= start && mischief.at < end) {
    bytes = bytes.slice();
    bytes[mischief.at - start]! ^= 1;
  }
  response.writeHead(whole ? 200 : 206, headers);
  const limit = mischief?.kind === 'cut' || mischief?.kind === 'stall' ? Math.min(mischief.after, bytes.length) : bytes.length;
  hostile.sent += limit;
  response.write(bytes.subarray(0, limit), () => {
    if (mischief?.kind === 'cut') response.destroy();
    else if (mischief?.kind !== 'stall') response.end();
  });
}
