/** A thin Node HTTP server around the handler: limits, the gate, and streams that end when their reader leaves. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failure, systemFailure, toErrorData } from '../../../protocol/errors.ts';
import { refusal, type Handle } from '../handler.ts';
import { safetyHeaders } from '../static.ts';
import { createGate } from './gate.ts';

export interface Served {
  /** With the key that lets one browser in. */
  readonly address: string;
  readonly port: number;
  /** Ends all streams, then stops listening. */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** 127.0.0.1 unless the user asked for more. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Made once the port is known. */
  handle(address: string): Handle;
}

const mostBodyBytes = 4 * 2 ** 20;

/** @throws address-in-use when the port is taken. */
export async function serve(options: ServeOptions): Promise<Served> {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 60_000, headersTimeout: 20_000 });
  const port = await listen(server, options);
  const loopback = options.host === '127.0.0.1' || options.host === '::1' || options.host === 'localhost';
  const hosts = loopback ? ['127.0.0.1', 'localhost'] : [options.host];
  const gate = createGate({ hosts, port });
  const handle = options.handle(`http://${hosts[0]}:${port}`);
  const ending = new AbortController();

  server.on('request', (incoming, outgoing) => {
    const leave = new AbortController();
    outgoing.on('close', () => leave.abort());
    const signal = AbortSignal.any([leave.signal, ending.signal]);
    void answer(incoming, outgoing, signal).catch(() => outgoing.destroy());
  });

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse, signal: AbortSignal): Promise<void> => {
    let response: Response;
    try {
      const request = await toRequest(incoming, port, signal);
      response = gate.check(request) ?? (await handle(request));
    } catch (thrown) {
      const data = toErrorData(thrown);
      response = refusal(data.kind === 'message-too-large' ? 413 : 400, data);
    }
    outgoing.statusCode = response.status;
    // What is left of a message that was not read would be taken for the next request on this line.
    if (!incoming.complete) outgoing.setHeader('connection', 'close');
    for (const [name, value] of Object.entries(safetyHeaders)) outgoing.setHeader(name, value);
    response.headers.forEach((value, name) => outgoing.setHeader(name, value));
    if (!outgoing.hasHeader('cache-control')) outgoing.setHeader('cache-control', 'no-store');
    if (!response.body) {
      outgoing.end();
      return;
    }
    outgoing.flushHeaders();
    // Fails when the reader leaves, which also ends the generator behind the body.
    await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), outgoing, { signal }).catch(() => undefined);
  };

  return {
    address: gate.address, port,
    async close() {
      ending.abort();
      server.closeIdleConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
    },
  };
}

function listen(server: ReturnType<typeof createServer>, { host, port }: ServeOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' || cause.code === 'EACCES' ? failure('address-in-use', { host, port, code: cause.code }, cause) : (systemFailure(cause) ?? cause));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** @throws message-too-large, not-permitted for what no browser of ours sends. */
async function toRequest(incoming: IncomingMessage, port: number, signal: AbortSignal): Promise<Request> {
  const hosts = incoming.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length !== 1) throw failure('no-access', { reason: 'it names no host, or two' });
  const target = incoming.url ?? '/';
  if (!target.startsWith('/') || target.startsWith('//')) throw failure('no-access', { reason: 'its address is not one of ours' });
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const method = incoming.method ?? 'GET';
  const body = method === 'GET' || method === 'HEAD' ? undefined : await readBody(incoming);
  return new Request(new URL(target, `http://127.0.0.1:${port}`), { method, headers, signal, ...(body ? { body: new Uint8Array(body) } : {}) });
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBodyBytes) throw failure('message-too-large', { bytes, limit: mostBodyBytes });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
