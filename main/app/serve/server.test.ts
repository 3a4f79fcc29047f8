/**
 * A served workbench attacked from beside it: every combination of host, origin, cookie, method, type and route. Only the one
 * that our own page sends may pass (campaign G10, sample).
 */
import { request } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api } from '../../../protocol/api.ts';
import { downloadRoute, pointsRoute, rpcPrefix } from '../../../protocol/api.routes.ts';
import { serveWorkbench, type ServedWorkbench } from './workbench.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

let served: ServedWorkbench;
let cookie = '';
const root = mkdtempSync(join(tmpdir(), 'truckee-served-'));

function ask(path: string, options: { method?: string; headers?: Record<string, string | string[]>; body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: served.port, path, method: options.method ?? 'GET', headers: options.headers ?? {}, setHost: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end(options.body);
  });
}

const own = (): string => `127.0.0.1:${served.port}`;
const mine = (extra: Record<string, string> = {}): Record<string, string> => ({ host: own(), origin: `http://${own()}`, cookie, 'content-type': 'application/json', ...extra });

/** Every procedure of the contract by its path: a new one is attacked without anyone remembering to list it. */
function procedures(router: object, path = ''): string[] {
  return Object.entries(router).flatMap(([name, inner]) => ('~orpc' in (inner as object) ? [`${path}/${name}`] : procedures(inner as object, `${path}/${name}`)));
}

beforeAll(async () => {
  mkdirSync(join(root, 'data'));
  served = await serveWorkbench({ workspacePath: join(root, 'workspace'), host: '127.0.0.1', port: 0, roots: [join(root, 'data')] });
});
afterAll(async () => {
  await served.close();
  rmSync(root, { recursive: true, force: true });
});

describe('the key', () => {
  test('lets one browser in, once, with a cookie that scripts and other sites never see', async () => {
    const key = new URL(served.address).search;
    expect((await ask('/?key=wrong', { headers: { host: own() } })).status).toBe(401);
    const first = await ask(`/${key}`, { headers: { host: own() } });
    expect(first.status).toBe(303);
    expect(first.headers['location']).toBe('/');
    const set = String(first.headers['set-cookie']);
    expect(set).toMatch(new RegExp(`^truckee-${served.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`));
    expect(first.headers['referrer-policy']).toBe('no-referrer');
    cookie = set.slice(0, set.indexOf(';'));
    expect((await ask(`/${key}`, { headers: { host: own() } })).status).toBe(401);
  });
});

describe('the gate', () => {
  const routes = [...procedures(api).map((path) => ({ method: 'POST', path: `${rpcPrefix}${path}` })), ...['/', '/runs', pointsRoute, downloadRoute, '/api/else'].map((path) => ({ method: 'GET', path }))];

  test('knows every procedure of the contract', () => expect(routes.length).toBeGreaterThan(20));

  test('passes nothing but what our own page sends', async () => {
    const port = served.port;
    const hosts = [own(), 'evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, `localhost.:${port}`, `127.0.0.1:${port + 1}`, `0.0.0.0:${port}`, `[::1]:${port}`, ''];
    const origins = [`http://${own()}`, 'http://evil.example', `https://${own()}`, `http://127.0.0.1:${port + 1}`, `http://${own()}.evil.example`, 'null', undefined];
    const cookies = [cookie, `truckee-${port}=wrong`, `truckee-${port + 1}=${cookie.split('=')[1]}`, `x${cookie}`, undefined];
    const types = ['application/json', 'text/plain', 'application/x-www-form-urlencoded', undefined];
    let passed = 0;
    let tried = 0;
    for (const { method, path } of routes) {
      for (const host of hosts) for (const origin of origins) for (const sent of cookies) for (const type of types) {
        // All routes get every single deviation; the full product is tried on one of each kind.
        const deviations = Number(host !== own()) + Number(origin !== origins[0]) + Number(sent !== cookie) + Number(type !== types[0]);
        if (deviations === 0 || (deviations > 1 && path !== `${rpcPrefix}/about` && path !== '/')) continue;
        if (method === 'GET' && (type !== types[0] || origin === undefined) && deviations === 1) continue;
        const headers: Record<string, string> = { host, ...(origin === undefined ? {} : { origin }), ...(sent === undefined ? {} : { cookie: sent }), ...(type === undefined || method === 'GET' ? {} : { 'content-type': type }) };
        tried += 1;
        const { status, body } = await ask(path, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
        const harmless = method === 'GET' && host === own() && sent === cookie && (origin === undefined || origin === origins[0]);
        if (status < 400 && !harmless) passed += 1;
        expect([400, 401, 403, 415, ...(harmless ? [200, 404, 422] : [])], `${method} ${path} ${JSON.stringify(headers)}`).toContain(status);
        expect(body).not.toContain(cookie.split('=')[1]);
      }
    }
    console.log(`gate: ${tried} combinations tried, ${passed} passed`);
    expect(tried).toBeGreaterThan(1000);
    expect(passed).toBe(0);
  });

  test('takes what our own page sends', async () => {
    const about = await ask(`${rpcPrefix}/about`, { method: 'POST', headers: mine(), body: '{}' });
    expect(about.status).toBe(200);
    expect(about.body).toContain('"version"');
    for (const name of ['content-security-policy', 'x-content-type-options', 'cross-origin-opener-policy', 'cross-origin-embedder-policy', 'x-frame-options']) expect(about.headers[name]).toBeTruthy();
  });

  test('refuses two hosts, none, absolute and double-slashed addresses', async () => {
    expect((await ask('/', { headers: { cookie } })).status).toBe(400);
    for (const path of ['//evil.example/', 'http://evil.example/']) expect((await ask(path, { headers: mine() })).status).toBe(400);
  });

  test('refuses other methods and messages that are too large', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) expect((await ask(pointsRoute, { method, headers: mine() })).status).toBe(405);
    const large = await ask(`${rpcPrefix}/preflight`, { method: 'POST', headers: mine(), body: `"${'x'.repeat(5 * 2 ** 20)}"` });
    expect(large.status).toBe(413);
  });
});

describe('paths', () => {
  const call = async (path: string, input: unknown): Promise<Answer> => ask(`${rpcPrefix}/${path}`, { method: 'POST', headers: mine(), body: JSON.stringify({ json: input }) });

  test('a folder outside the allowed ones is not listed, whichever way it is named', async () => {
    symlinkSync('/etc', join(root, 'data', 'link'));
    for (const path of ['/etc', '/', join(root, 'data', '..'), join(root, 'data', 'link'), `${join(root, 'data')}/../../../etc`]) {
      const { status, body } = await call('files/list', { path });
      expect(status, path).toBe(422);
      expect(body).not.toContain('passwd');
    }
    expect((await call('files/list', { path: join(root, 'data') })).status).toBe(200);
    expect((await call('datasets/add', { path: '/etc/passwd' })).status).toBe(422);
  });

  test('downloads stay inside their folder', async () => {
    mkdirSync(served.workbench.workspace.folders.exports, { recursive: true });
    writeFileSync(join(served.workbench.workspace.folders.exports, 'ours.csv'), 'a,b\n');
    symlinkSync('/etc/passwd', join(served.workbench.workspace.folders.exports, 'sly.csv'));
    const fetchFile = (folder: string, name: string): Promise<Answer> => ask(`${downloadRoute}?${new URLSearchParams({ folder, name }).toString()}`, { headers: mine() });
    expect(await fetchFile('exports', 'ours.csv')).toMatchObject({ status: 200, body: 'a,b\n' });
    for (const name of ['../catalog.sqlite', '..', '.', '/etc/passwd', '..%2fcatalog.sqlite', 'sly.csv', 'missing.csv']) {
      const { status, body } = await fetchFile('exports', name);
      expect(status, name).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain('root:');
    }
    expect((await fetchFile('results', 'x')).status).toBe(422);
  });

  test('pages come from a list, never from the disk', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/assets/../../package.json', '/package.json', '/.built', '/icon.svg/../../x.js']) {
      expect((await ask(path, { headers: mine() })).body).not.toContain('"dependencies"');
    }
  });

  test('hostile values of the byte route are refused with a reason', async () => {
    const run = '00000000-0000-4000-8000-000000000000';
    for (const query of ['', 'run=x', `run=${run}`, `run=${run}&basis=X_umap&most=-1`, `run=${run}&basis=X_umap&extra=1`, `run=${run}&basis=${'x'.repeat(400)}`]) {
      const { status, body } = await ask(`${pointsRoute}?${query}`, { headers: mine() });
      expect(status, query).toBeGreaterThanOrEqual(400);
      expect(JSON.parse(body)).toMatchObject({ ok: false, error: { message: expect.any(String), remedy: expect.any(String) } });
    }
    expect((await ask(`${pointsRoute}?run=${run}&basis=X_umap`, { headers: mine() })).status).toBe(404);
  });
});
