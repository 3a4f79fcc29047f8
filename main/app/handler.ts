/**
 * The host as one function from Request to Response: the contract, byte routes and the workbench's own files. What is tested
 * served is what runs in the window; whoever may call it is decided before (serve/gate.ts).
 */
import { createReadStream, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { RPCHandler } from '@orpc/server/fetch';
import { columnsRequest, columnsRoute, deRequest, deRoute, downloadQuery, downloadRoute, pointsQuery, pointsRoute, rasterRequest, rasterRoute, rpcPrefix } from '../../protocol/api.routes.ts';
import { failure, toErrorData, type ErrorData } from '../../protocol/errors.ts';
import type { z } from 'zod';
import { insideRoots } from './workbench/files.ts';
import type { Shelf } from './desk.ts';
import { createRouter } from './workbench/router.ts';
import type { Workbench } from './workbench/session.ts';
import { createViews, type ViewBytes } from './workbench/views.ts';
import { createStaticFiles } from './static.ts';

export type Handle = (request: Request) => Promise<Response>;

export function createHandler(bench: Workbench, shelf: Shelf): Handle {
  const views = createViews(bench.workspace, bench.look.start);
  const rpc = new RPCHandler(createRouter(bench, views, shelf));
  const files = createStaticFiles();

  const points = async (url: URL, request: Request): Promise<Response> => {
    const query = parsed(pointsQuery, url.pathname, Object.fromEntries(url.searchParams));
    const watched = query.gene === undefined ? null : bench.hub.work(`Reading ${query.gene}`);
    return viewResponse(request, await views.points(query, request.signal, watched?.onEvent).finally(() => watched?.end()));
  };
  /** Reads nothing but its own JSON and changes nothing: POST only because a lasso is too long for an address. */
  const posted: Readonly<Record<string, (body: unknown, signal: AbortSignal) => Promise<ViewBytes>>> = {
    [rasterRoute]: (body, signal) => views.raster(parsed(rasterRequest, rasterRoute, body), signal),
    [deRoute]: (body, signal) => views.condition(parsed(deRequest, deRoute, body), signal),
    [columnsRoute]: (body, signal) => views.columns(parsed(columnsRequest, columnsRoute, body), signal),
  };

  const download = async (url: URL): Promise<Response> => {
    const { folder, name } = parsed(downloadQuery, url.pathname, Object.fromEntries(url.searchParams));
    const root = bench.workspace.folders[folder];
    if (basename(name) !== name || name.startsWith('.')) throw failure('not-found', { what: 'export', name, near: [] });
    const path = insideRoots(join(root, name), [root]);
    const stat = statSync(path);
    if (!stat.isFile()) throw failure('not-found', { what: 'file (a folder cannot be downloaded)', name, near: [] });
    return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, {
      headers: { 'content-type': 'application/octet-stream', 'content-length': `${stat.size}`, 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` },
    });
  };

  return async (request) => {
    const url = new URL(request.url);
    try {
      if (url.pathname.startsWith(`${rpcPrefix}/`)) {
        const { matched, response } = await rpc.handle(request, { prefix: rpcPrefix, context: {} });
        return matched ? response : refusal(404, failure('not-found', { what: 'procedure', name: url.pathname, near: [] }).data);
      }
      const answer = posted[url.pathname];
      if (answer && request.method === 'POST') return viewResponse(request, await answer(await jsonOf(request), request.signal));
      if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
      if (url.pathname === pointsRoute) return await points(url, request);
      if (url.pathname === downloadRoute) return await download(url);
      if (url.pathname.startsWith('/api/')) return refusal(404, failure('not-found', { what: 'route', name: url.pathname, near: [] }).data);
      return files(url.pathname, request.method === 'HEAD');
    } catch (thrown) {
      const data = toErrorData(thrown);
      return refusal(data.kind === 'not-found' || data.kind === 'file-not-found' ? 404 : 422, data);
    }
  };
}

/** The tag names all that a picture depends on: the same tag never means other bytes. */
function viewResponse(request: Request, { bytes, tag }: ViewBytes): Response {
  const headers = { 'content-type': 'application/octet-stream', etag: `"${tag}"`, 'cache-control': 'private, max-age=0, must-revalidate' };
  if (request.headers.get('if-none-match') === `"${tag}"`) return new Response(null, { status: 304, headers });
  return new Response(new Uint8Array(bytes), { headers });
}

function parsed<T extends z.ZodType>(schema: T, route: string, given: unknown): z.infer<T> {
  const found = schema.safeParse(given);
  if (found.success) return found.data;
  const issue = found.error.issues[0]!;
  const name = issue.path.join('.');
  const value = typeof given === 'object' && given !== null && issue.path.length === 1 ? Reflect.get(given, issue.path[0]!) : undefined;
  throw failure('invalid-parameter', { step: route, parameter: name || '?', value: typeof value === 'string' ? value : 'what was sent', reason: issue.message });
}

async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (cause) {
    throw failure('invalid-parameter', { step: new URL(request.url).pathname, parameter: 'body', value: 'what was sent', reason: 'it is not JSON' }, cause);
  }
}

/** A refusal of a byte route: the same data as everywhere. */
export function refusal(status: number, { kind, message, facts, remedy }: ErrorData): Response {
  return new Response(JSON.stringify({ ok: false, error: { kind, message, facts, remedy } }), { status, headers: { 'content-type': 'application/json' } });
}
