import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { readBody } from './body.ts';
import { exchange } from './exchange.ts';
import { framingOf, parseHead } from './head.ts';
import { proxyFor } from './proxy.ts';

const heads = (text: string) => parseHead(`HTTP/1.1 200 OK\r\n${text}`);

describe('the head of an answer', () => {
  test('is read strictly', () => {
    expect(heads('ETag:  "a" \r\nX-Y: 1\r\nx-y: 2')?.headers).toEqual(new Map([['etag', '"a"'], ['x-y', '1, 2']]));
    for (const bad of ['no colon', 'a b: c', ' folded: x', ': empty']) expect(heads(bad), bad).toBeNull();
    expect(parseHead('HTTP/2 200')).toBeNull();
  });

  test('tells where the body ends, or is refused', () => {
    expect(framingOf(heads('Content-Length: 12')!)).toEqual({ kind: 'length', length: 12 });
    expect(framingOf(heads('Transfer-Encoding: chunked')!)).toEqual({ kind: 'chunked' });
    expect(framingOf(heads('A: b')!)).toEqual({ kind: 'to-end' });
    for (const bad of ['Content-Length: 1, 2', 'Content-Length: -1', 'Content-Length: 1\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: gzip, chunked']) expect(framingOf(heads(bad)!), bad).toBeNull();
  });
});

test('chunks are put together however they arrive', () => {
  const sent = Buffer.from('3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\nNEXT');
  for (let step = 1; step < sent.length; step++) {
    const body = readBody({ kind: 'chunked' });
    let [text, used] = ['', 0];
    for (let start = 0; start < sent.length && !body.complete; start += step) {
      const piece = sent.subarray(start, start + step);
      for (let at = 0; at < piece.length && !body.complete; ) {
        const { content, next } = body.take(piece, at);
        text += Buffer.from(content).toString();
        used += next - at;
        at = next;
      }
    }
    expect([text, used, body.complete]).toEqual(['abc0123456789', sent.length - 4, true]);
  }
  for (const bad of ['x\r\n', '1\r\nab\r\n', 'F'.repeat(5000)]) expect(() => {
    const body = readBody({ kind: 'chunked' });
    for (let at = 0; at < bad.length; ) at = body.take(Buffer.from(bad), at).next;
  }, bad.slice(0, 10)).toThrow();
});

test('proxies come from the environment, with their exceptions', () => {
  const environment = { https_proxy: 'http://p:1', HTTP_PROXY: 'q:2', no_proxy: 'inside.org, 127.0.0.1:80 .lan' };
  const proxy = (url: string): string | undefined => proxyFor(new URL(url), environment)?.host;
  expect(['https://a.org/', 'http://a.org/', 'https://x.inside.org/', 'https://inside.org', 'http://127.0.0.1/', 'http://127.0.0.1:81/', 'http://nas.lan/', 'http://notinside.org/'].map(proxy))
    .toEqual(['p:1', 'q:2', undefined, undefined, undefined, 'q:2', undefined, 'q:2']);
  expect(proxyFor(new URL('http://a.org'), { http_proxy: 'socks5://x:1' })).toBeNull();
});

describe('over a socket', () => {
  let server: Server | null = null;
  const open = new Set<Socket>();
  afterEach(() => {
    open.forEach((socket) => socket.destroy());
    server?.close();
    delete process.env['http_proxy'];
  });
  const listen = async (answer: (request: string, socket: Socket, connection: number) => void): Promise<number> => {
    let connections = 0;
    server = createServer((socket) => {
      open.add(socket);
      const number = ++connections;
      let text = '';
      socket.on('error', () => undefined).on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (!text.includes('\r\n\r\n')) return;
        const request = text;
        text = '';
        answer(request, socket, number);
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const get = async (url: string, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await exchange(new URL(url), headers, AbortSignal.timeout(60_000));
    let text = `${answer.status} `;
    await answer.receive((bytes) => (text += Buffer.from(bytes).toString('latin1')));
    return text;
  };

  test('a connection is used again, and asked anew when the server has closed it', async () => {
    const port = await listen((_, socket, connection) => {
      socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${connection}`);
      if (connection === 1 && socket.bytesWritten > 120) socket.end();
    });
    const url = `http://127.0.0.1:${port}/`;
    expect([await get(url), await get(url)]).toEqual(['200 1', '200 1']);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await get(url)).toBe('200 2');
  });

  test('goes through a proxy, whole address and login first', async () => {
    const port = await listen((request, socket) => void socket.end(`HTTP/1.1 200 OK\r\n\r\n${request.split('\r\n').slice(0, 3).join('|')}`));
    process.env['http_proxy'] = `http://me:se%20cret@127.0.0.1:${port}`;
    expect(await get('http://far.example/a?b=c')).toBe(`200 GET http://far.example/a?b=c HTTP/1.1|Host: far.example|Proxy-Authorization: Basic ${Buffer.from('me:se cret').toString('base64')}`);
    await expect(get('https://far.example/')).rejects.toThrow();
  });

  test.each([
    ['nonsense\r\n\r\n', 'no HTTP answer'], [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}`, 'head of the answer is too long'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc', 'ended early'], ['HTTP/1.1 200 OK\r\nConte', 'inside its head'], ['', 'without an answer'],
  ])('refuses %j', async (bytes, words) => {
    const port = await listen((_, socket) => void socket.end(bytes));
    await expect(get(`http://127.0.0.1:${port}/`)).rejects.toThrow(words);
  });

  test('a header with a line break is never sent', async () => {
    await expect(get('http://127.0.0.1:1/', { 'X-A': 'b\r\nHost: evil' })).rejects.toThrow('line break');
  });
});
