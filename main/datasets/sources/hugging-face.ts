/** Files of a Hugging Face repository at one commit, with the digests that its large-file store keeps. */
import { failure } from '../../../protocol/errors.ts';
import { fetchJson } from './fetch-json.ts';
import type { SourceAccess, SourceFile } from './contract.ts';

interface TreeEntry { readonly type?: unknown; readonly path?: unknown; readonly size?: unknown; readonly lfs?: { readonly oid?: unknown } }

const site = 'https://huggingface.co';

/** `kind` 'datasets/' for data sets, '' for models. The branch is resolved to its commit first, so that files match each other. */
export async function listRepository(kind: 'datasets' | 'models', repository: string, access: SourceAccess): Promise<SourceFile[]> {
  const base = access.base ?? site;
  const { body } = await fetchJson(`${base}/api/${kind}/${repository}`, access);
  const commit = (body as { sha?: unknown }).sha;
  if (typeof commit !== 'string' || !/^[0-9a-f]{40}$/.test(commit)) throw failure('download-failed', { url: `${base}/${repository}`, status: 200, reason: 'the repository does not name its commit' });
  const files: SourceFile[] = [];
  for (let next: string | null = `${base}/api/${kind}/${repository}/tree/${commit}?recursive=true`; next !== null; ) {
    const page: { body: unknown; next: string | null } = await fetchJson(next, access);
    for (const entry of page.body as readonly TreeEntry[]) {
      const { type, path, size, lfs } = entry;
      if (type !== 'file' || typeof path !== 'string' || typeof size !== 'number') continue;
      const folder = kind === 'datasets' ? `datasets/${repository}` : repository;
      files.push({
        name: path, size, revision: commit, url: `${base}/${folder}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`,
        digests: typeof lfs?.oid === 'string' && /^[0-9a-f]{64}$/.test(lfs.oid) ? { sha256: lfs.oid } : {},
      });
    }
    // Only the same host is asked again: a listing must not send the token elsewhere.
    next = page.next !== null && new URL(page.next).host === new URL(base).host ? page.next : null;
  }
  return files;
}
