/** Answers to the part of the contract about where data come from (protocol/api.data.ts). */
import { basename, join } from 'node:path';
import { cacheLimit, setCacheLimit } from '../../../io/remote/bytes.ts';
import { clearStub, listStubs } from '../../../io/remote/stub.ts';
import type { DownloadWish } from '../../../protocol/api.data.ts';
import { listDrugs, listLines, listPlates, listSamples } from '../../catalog/atlas.ts';
import { countDefinitions } from '../../catalog/counts.table.ts';
import { adviseFormats } from '../../datasets/formats.table.ts';
import { importAtlas } from '../../datasets/import-atlas.ts';
import { remoteFacts, remoteFolder } from '../../datasets/remote-files.ts';
import { knownSources } from '../../datasets/sources/known.table.ts';
import { findSource, listSource, matching } from '../../datasets/sources/list.ts';
import { openSecrets } from '../../datasets/sources/secrets.ts';
import { freeBytes } from '../../preflight/hardware.ts';
import { machineFacts } from '../machine-facts.ts';
import { accessOf } from './downloads.ts';
import { insideRoots } from './files.ts';
import type { Workbench } from './session.ts';

type Named = { readonly source: string; readonly project: string | null; readonly match: string | null };

/** One function per procedure; router.ts puts them behind the contract. */
export function dataHandlers(bench: Workbench) {
  const { workspace, options, downloads } = bench;
  const { catalog } = workspace;
  const folder = remoteFolder(workspace.root);
  const roots = [workspace.root, ...options.roots];
  return {
    sources: {
      list() {
        const tokens = new Set(openSecrets().names());
        return knownSources.map((source) => ({ name: source.name, title: source.title, legacy: source.legacy, pays: source.kind === 'gcs' && source.requesterPays, hasToken: tokens.has(source.name) }));
      },
      async files({ source, project, match }: Named, signal: AbortSignal | undefined) {
        const files = matching(await listSource(findSource(source), accessOf(source, project, openSecrets(), process.env['TRUCKEE_MIRROR'], signal)), match ?? undefined);
        return { files: files.map(({ name, size, digests }) => ({ name, size, digest: Object.keys(digests)[0] ?? null })), bytes: files.reduce((sum, { size }) => sum + size, 0) };
      },
      token({ source, token }: { readonly source: string; readonly token: string }) {
        findSource(source);
        const secrets = openSecrets();
        secrets.set(source, token);
        return { kept: secrets.place };
      },
      forget: ({ source }: { readonly source: string }) => ({ removed: openSecrets().remove(source) }),
    },
    downloads: {
      list: () => downloads.list(),
      start(wish: DownloadWish) {
        bench.writable();
        return downloads.start(wish, wish.folder === null ? join(workspace.root, 'downloads') : insideRoots(wish.folder, roots));
      },
      pause: ({ id }: { readonly id: string }) => ({ paused: downloads.pause(id) }),
      resume({ id }: { readonly id: string }) {
        bench.writable();
        return { going: downloads.resume(id) };
      },
      remove({ id }: { readonly id: string }) {
        bench.writable();
        return { removed: downloads.remove(id) };
      },
    },
    remote: {
      list: () => ({
        files: listStubs(folder).map((file) => ({ name: basename(file.path), url: file.url, size: file.size, cachedBytes: file.cachedBytes, rate: file.rate, slow: remoteFacts(file.path)?.slow ?? false })),
        place: folder, limitBytes: cacheLimit(folder),
      }),
      clear() {
        bench.writable();
        return { freedBytes: listStubs(folder).reduce((sum, { path }) => sum + clearStub(path), 0) };
      },
      limit({ bytes }: { readonly bytes: number }) {
        bench.writable();
        setCacheLimit(folder, bytes);
        return { limitBytes: bytes };
      },
    },
    catalog: {
      drugs: () => listDrugs(catalog).map(({ drug, targets, moaBroad, moaFine, approved, cells }) => ({ drug, targets, moaBroad, moaFine, approved, cells })),
      lines: () => listLines(catalog).map(({ line, name, organ, drivers, cells }) => ({ line, name, organ, drivers, cells })),
      plates: () => listPlates(catalog).map(({ plate, samples, drugs, cells }) => ({ plate, samples, drugs, cells })),
      samples: ({ plate }: { readonly plate: string }) => listSamples(catalog, plate).map(({ sample, drug, dose, unit, meanGenes }) => ({ sample, drug, dose, unit, meanGenes })),
      counts: () => countDefinitions,
      formats: () => adviseFormats(freeBytes(workspace.root)),
      async import({ path }: { readonly path: string }) {
        bench.writable();
        const { imported, labels } = await importAtlas(catalog, insideRoots(path, roots));
        return { imported: imported.map(({ kind, rows }) => ({ kind, rows })), labels: labels.length };
      },
    },
    machine: () => machineFacts(workspace),
  };
}
