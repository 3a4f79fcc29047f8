import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { crc32c, crc32cText } from '../../../io/crc32c.ts';
import { scratchFolder } from '../../workspace.cases.ts';
import { fetchFiles } from './fetch-files.ts';
import { findSource, listSource, matching } from './list.ts';
import { openSecrets } from './secrets.ts';

const contents = new Map(['h5ad/plate1.h5ad', 'h5ad/plate2.h5ad', 'metadata/sample_metadata.parquet'].map((name) => [name, randomBytes(50_000)]));
const commit = 'c'.repeat(40);
let base = '';
let generation = 7;
let listed: string[] | null = null;
const seen: { url: string; authorization: string | undefined }[] = [];

/** Enough of the two listing interfaces, with their own shapes of errors. */
const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  const url = new URL(request.url!, 'http://x');
  seen.push({ url: request.url!, authorization: request.headers.authorization });
  const json = (status: number, body: unknown, headers: Record<string, string> = {}): void => void response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  const bytes = (content: Buffer): void => {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const [start, end] = range ? [Number(range[1]), Math.min(content.length, Number(range[2]) + 1)] : [0, content.length];
    response.writeHead(206, { ETag: '"v1"', 'Content-Range': `bytes ${start}-${end - 1}/${content.length}` }).end(content.subarray(start, end));
  };
  const bucket = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(url.pathname);
  if (bucket) {
    if (bucket[1] === 'arc-institute-virtual-cell-atlas') {
      if (!url.searchParams.get('userProject')) return json(400, { error: { code: 400, message: 'Bucket is a requester pays bucket but no user project provided.', errors: [{ reason: 'required' }] } });
      if (request.headers.authorization !== 'Bearer good-token') return json(401, { error: { code: 401, message: 'Invalid Credentials', errors: [{ reason: 'authError' }] } });
    } else return json(404, { error: { code: 404, message: 'The specified bucket does not exist.' } });
    if (bucket[2]) return bytes(contents.get(decodeURIComponent(bucket[2]).replace('tahoe100M/2025-02-25/', ''))!);
    const names = listed ?? [...contents.keys()];
    const page = Number(url.searchParams.get('pageToken') ?? 0);
    const items = names.slice(page, page + 2).map((name) => {
      const content = contents.get(name) ?? Buffer.alloc(0);
      return { name: `tahoe100M/2025-02-25/${name}`, size: String(content.length), generation: String(generation), md5Hash: createHash('md5').update(content).digest('base64'), crc32c: crc32cText(crc32c(content)) };
    });
    return json(200, { items: page === 0 ? [{ name: 'tahoe100M/2025-02-25/', size: '0', generation: '1' }, ...items] : items, ...(page + 2 < names.length ? { nextPageToken: String(page + 2) } : {}) });
  }
  if (url.pathname === '/api/models/vevotx/Tahoe-100M-SCVI-v1') return json(200, { sha: commit });
  if (url.pathname.startsWith(`/api/models/vevotx/Tahoe-100M-SCVI-v1/tree/${commit}`)) {
    const content = contents.get('h5ad/plate1.h5ad')!;
    if (url.searchParams.get('cursor')) return json(200, [{ type: 'file', path: 'README.md', size: 3 }]);
    const entry = { type: 'file', path: 'model/model.pt', size: content.length, lfs: { oid: createHash('sha256').update(content).digest('hex') } };
    return json(200, [{ type: 'directory', path: 'model', size: 0 }, entry], { Link: `<${base}/api/models/vevotx/Tahoe-100M-SCVI-v1/tree/${commit}?cursor=2>; rel="next"` });
  }
  if (url.pathname.includes(`/resolve/${commit}/`)) return bytes(contents.get('h5ad/plate1.h5ad')!);
  return json(404, { error: 'Repository not found' });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  [generation, listed] = [7, null];
  seen.length = 0;
});
const access = () => ({ base, token: 'good-token', project: 'mine', parallel: 2 });

describe('the current bucket', () => {
  test('is listed page by page, and fetched at the listed generation and verified by its strongest digest', async () => {
    const files = await listSource(findSource('tahoe'), access());
    expect(files.map(({ name }) => name)).toEqual([...contents.keys()]);
    expect(files.every(({ url, revision }) => url.includes('generation=7') && revision === '7')).toBe(true);
    const folder = scratchFolder();
    const done = await fetchFiles(matching(files, 'h5ad/*'), folder, access());
    expect(done.map(({ name, state, verified }) => [name, state, verified])).toEqual([1, 2].map((n) => [`h5ad/plate${n}.h5ad`, 'fetched', ['size', 'md5']]));
    expect(readFileSync(done[0]!.path)).toEqual(contents.get('h5ad/plate1.h5ad'));
    const again = await fetchFiles(files.slice(0, 1), folder, access());
    expect(again[0]!.state).toBe('there already');
    generation = 8;
    const [, second] = [...contents.keys()] as [string, string];
    contents.set(second, randomBytes(50_000));
    const changed = await fetchFiles(await listSource(findSource('tahoe'), access()), folder, access());
    expect(changed.map(({ state }) => state)).toEqual(['there already', 'changed at the source', 'fetched']);
  });

  test('asks for token and project, and keeps the token out of every message', async () => {
    await expect(listSource(findSource('tahoe'), { base })).rejects.toMatchObject({ data: { kind: 'not-authorised' } });
    const refused = await listSource(findSource('tahoe'), { base, token: 'revoked-token', project: 'mine' }).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ data: { kind: 'not-authorised', facts: { status: 401 } } });
    expect(JSON.stringify(refused) + String(refused)).not.toContain('revoked-token');
  });

  test('cannot write outside the folder, nor more than the disk holds', async () => {
    listed = ['../../evil'];
    const folder = scratchFolder();
    await expect(fetchFiles(await listSource(findSource('tahoe'), access()), folder, access())).rejects.toThrow('leads out of the folder');
    listed = null;
    const [first] = await listSource(findSource('tahoe'), access());
    await expect(fetchFiles([{ ...first!, size: 2 ** 52 }], folder, access())).rejects.toMatchObject({ data: { kind: 'disk-too-small' } });
    expect(existsSync(join(folder, 'h5ad'))).toBe(false);
  });
});

test('the former bucket is closed, and said to be so', async () => {
  await expect(listSource(findSource('tahoe-legacy'), { base })).rejects.toMatchObject({ data: { kind: 'remote-missing', remedy: expect.stringContaining('closed') } });
});

test('a repository is pinned to its commit, under its newer or older name', async () => {
  const files = await listSource(findSource('tahoe-scvi'), { base });
  expect(files.map(({ name, revision }) => [name, revision])).toEqual([['model/model.pt', commit], ['README.md', commit]]);
  const done = await fetchFiles(matching(files, '**.pt'), scratchFolder(), { base, parallel: 1 });
  expect(done[0]).toMatchObject({ state: 'fetched', verified: ['size', 'sha256'] });
  await expect(listSource(findSource('tahoe-hf'), { base })).rejects.toMatchObject({ data: { kind: 'remote-missing' } });
});

test('secrets lie in a file that only its owner may read', () => {
  const path = join(scratchFolder(), 'config', 'secrets.json');
  const secrets = openSecrets(path);
  expect(secrets.get('tahoe')).toBeUndefined();
  secrets.set('tahoe', 'abc');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect([openSecrets(path).get('tahoe'), secrets.names()]).toEqual(['abc', ['tahoe']]);
  chmodSync(path, 0o644);
  expect(() => secrets.get('tahoe')).toThrow('not allowed');
  chmodSync(path, 0o600);
  expect([secrets.remove('tahoe'), secrets.remove('tahoe')]).toEqual([true, false]);
});
