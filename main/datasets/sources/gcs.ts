/** Objects of a Google Cloud Storage bucket, listed with what its JSON API says of size, generation and checksums. */
import { failure } from '../../../protocol/errors.ts';
import { fetchJson } from './fetch-json.ts';
import type { SourceAccess, SourceFile } from './contract.ts';

interface ObjectFacts { readonly name?: unknown; readonly size?: unknown; readonly md5Hash?: unknown; readonly crc32c?: unknown; readonly generation?: unknown }

const api = 'https://storage.googleapis.com';

/** @throws not-authorised, remote-missing, download-failed */
export async function listBucket(bucket: string, prefix: string, access: SourceAccess): Promise<SourceFile[]> {
  const base = access.base ?? api;
  const files: SourceFile[] = [];
  for (let token: string | null = ''; token !== null; ) {
    const url = new URL(`${base}/storage/v1/b/${encodeURIComponent(bucket)}/o`);
    url.searchParams.set('prefix', prefix);
    if (token !== '') url.searchParams.set('pageToken', token);
    if (access.project) url.searchParams.set('userProject', access.project);
    const { body } = await fetchJson(url.href, access);
    const page = body as { items?: readonly ObjectFacts[]; nextPageToken?: unknown };
    for (const item of page.items ?? []) {
      const file = objectFile(base, bucket, prefix, item, access);
      if (file) files.push(file);
    }
    token = typeof page.nextPageToken === 'string' && page.nextPageToken !== '' ? page.nextPageToken : null;
  }
  return files;
}

/** Null for the folder marker itself. The address names the generation: a resumed download cannot meet another one. */
function objectFile(base: string, bucket: string, prefix: string, item: ObjectFacts, access: SourceAccess): SourceFile | null {
  const { name, size, md5Hash, crc32c, generation } = item;
  if (typeof name !== 'string' || typeof generation !== 'string' || !/^\d+$/.test(generation) || !/^\d+$/.test(String(size))) {
    throw failure('download-failed', { url: `${base}/${bucket}`, status: 200, reason: 'the bucket lists an object without name, size or generation' });
  }
  if (name.endsWith('/')) return null;
  const url = new URL(`${base}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`);
  url.searchParams.set('alt', 'media');
  url.searchParams.set('generation', generation);
  if (access.project) url.searchParams.set('userProject', access.project);
  return {
    name: name.slice(prefix.length), url: url.href, size: Number(size), revision: generation,
    digests: { ...(typeof md5Hash === 'string' ? { md5: md5Hash } : {}), ...(typeof crc32c === 'string' ? { crc32c } : {}) },
  };
}
