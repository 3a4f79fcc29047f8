/** One request (GET) and its answer over HTTP/1.1, straight or through a proxy. Redirects are the caller's business. */
import { openConnection, proxyLogin, type Connection } from './connection.ts';
import { readBody, type BodyReader } from './body.ts';
import { framingOf, mostHeadBytes, parseHead, type Head } from './head.ts';
import { proxyFor } from './proxy.ts';

export interface Exchange extends Head {
  /** The body piece by piece; a piece is valid during the call. @throws Error when it ends early, or what `onBytes` throws */
  receive(onBytes: (bytes: Uint8Array) => void): Promise<void>;
  /** Not interested in the body. */
  discard(): void;
}

/** @throws Error of the connection; a stopped signal ends it at any point */
export async function exchange(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Exchange> {
  const proxy = proxyFor(url);
  const text = requestText(url, headers, proxy);
  for (;;) {
    const connection = await openConnection(url, proxy, signal);
    const reused = connection.used;
    try {
      return await ask(connection, text, signal);
    } catch (thrown) {
      // A kept connection may have been closed by the server just now: that says nothing about the request.
      if (!reused || signal.aborted || !(thrown instanceof ClosedUnanswered)) throw thrown;
    }
  }
}

class ClosedUnanswered extends Error {}

function requestText(url: URL, headers: Readonly<Record<string, string>>, proxy: URL | null): string {
  const throughProxy = proxy !== null && url.protocol === 'http:';
  const lines = [`GET ${throughProxy ? `${url.origin}${url.pathname}${url.search}` : `${url.pathname}${url.search}`} HTTP/1.1`, `Host: ${url.host}`];
  const login = throughProxy ? proxyLogin(proxy) : null;
  if (login !== null) lines.push(`Proxy-Authorization: ${login}`);
  if (url.username !== '' && !Object.keys(headers).some((name) => /^authorization$/i.test(name))) lines.push(`Authorization: ${proxyLogin(url)!}`);
  for (const [name, value] of Object.entries(headers)) {
    // A line break would begin another header, or another request.
    if (/[\r\n\0]/.test(name + value)) throw new Error(`the header ${name.replaceAll(/[^\w-]/g, '?')} holds a line break`);
    lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

async function ask(connection: Connection, text: string, signal: AbortSignal): Promise<Exchange> {
  const stop = (): void => {
    connection.destroy();
    connection.onEnd(new Error('stopped'));
  };
  signal.addEventListener('abort', stop, { once: true });
  const settle = (): void => signal.removeEventListener('abort', stop);
  try {
    const { head, rest } = await headOf(connection, text);
    const framing = framingOf(head);
    if (framing === null) throw new Error('the answer does not tell where it ends');
    const body = readBody(framing);
    const finish = (): void => {
      settle();
      if (body.complete && !/\bclose\b/i.test(head.headers.get('connection') ?? '')) connection.keep();
      else connection.destroy();
    };
    return {
      ...head,
      receive: (onBytes) => receive(connection, body, rest, onBytes).finally(finish),
      discard: () => (settle(), connection.destroy()),
    };
  } catch (thrown) {
    settle();
    connection.destroy();
    throw thrown;
  }
}

/** Reads up to the blank line; what came behind it is handed on, and the connection is held back. */
async function headOf(connection: Connection, text: string): Promise<{ head: Head; rest: Uint8Array }> {
  return new Promise((resolve, reject) => {
    let all = Buffer.alloc(0);
    connection.onEnd = (error) => reject(error ?? (all.length === 0 ? new ClosedUnanswered('the server closed the connection without an answer') : new Error('the answer ended inside its head')));
    connection.onBytes = (bytes) => {
      all = Buffer.concat([all, bytes]);
      for (;;) {
        const end = all.indexOf('\r\n\r\n');
        if (end < 0 ? all.length > mostHeadBytes : end > mostHeadBytes) return reject(new Error('the head of the answer is too long')), false;
        if (end < 0) return true;
        const head = parseHead(all.toString('latin1', 0, end));
        if (head === null) return reject(new Error('what came is no HTTP answer')), false;
        all = all.subarray(end + 4);
        // "Go on" and the like come before the answer itself.
        if (head.status < 100 || head.status > 199) return resolve({ head, rest: all }), false;
      }
    };
    connection.resume();
    connection.send(text);
  });
}

async function receive(connection: Connection, body: BodyReader, rest: Uint8Array, onBytes: (bytes: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = (bytes: Uint8Array): boolean => {
      try {
        for (let at = 0; at < bytes.length && !body.complete; ) {
          const { content, next } = body.take(bytes, at);
          at = next;
          if (content.length > 0) onBytes(content);
        }
        if (body.complete) resolve();
        return true;
      } catch (thrown) {
        reject(thrown as Error);
        return false;
      }
    };
    connection.onEnd = (error) => (error === null && body.endsWithConnection ? resolve() : reject(error ?? new Error('the connection ended early')));
    connection.onBytes = take;
    if (take(rest) && !body.complete) connection.resume();
  });
}
