/** The files of a known source, at the revision of this moment. */
import { failure, isKind } from '../../../protocol/errors.ts';
import { nearNames } from '../../../protocol/format.ts';
import type { SourceAccess, SourceFile } from './contract.ts';
import { listBucket } from './gcs.ts';
import { listRepository } from './hugging-face.ts';
import { knownSources, type KnownSource } from './known.table.ts';

export function findSource(name: string): KnownSource {
  const found = knownSources.find((source) => source.name === name);
  if (!found) throw failure('not-found', { what: 'source', name, near: nearNames(name, knownSources.map((source) => source.name)) });
  return found;
}

/** @throws not-authorised, remote-missing (a closed source answers so), download-failed */
export async function listSource(source: KnownSource, access: SourceAccess): Promise<SourceFile[]> {
  if (source.kind === 'gcs') {
    if (source.requesterPays && (!access.token || !access.project)) throw failure('not-authorised', { url: `gs://${source.bucket}/${source.prefix}`, status: 400 });
    return listBucket(source.bucket, source.prefix, access);
  }
  // A repository may have moved: the first of its names that is there counts.
  for (const [i, repository] of source.repositories.entries()) {
    try {
      return await listRepository(source.type, repository, access);
    } catch (thrown) {
      if (!isKind(thrown, 'remote-missing') || i === source.repositories.length - 1) throw thrown;
    }
  }
  return [];
}

/** Files whose name fits a pattern with * (within a folder) and ** (across folders); all without one. */
export function matching(files: readonly SourceFile[], pattern: string | undefined): SourceFile[] {
  if (pattern === undefined) return [...files];
  const escaped = pattern.split(/(\*\*|\*)/).map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))).join('');
  const fits = new RegExp(`^${escaped}$`);
  return files.filter((file) => fits.test(file.name));
}
