/**
 * A workspace: one folder with a catalog, finished results, runs and work in progress. Everything inside is named
 * relative to it, so that it can be moved or copied as a whole.
 */
import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../io/make-folder.ts';
import { systemFailure } from '../protocol/errors.ts';
import { openCatalog, type Catalog } from './catalog/schema.ts';

export interface Workspace {
  readonly root: string;
  readonly catalog: Catalog;
  readonly folders: {
    readonly results: string;
    readonly work: string;
    readonly runs: string;
    readonly cache: string;
    readonly notebooks: string;
    readonly figures: string;
    readonly exports: string;
  };
  close(): void;
}

export function openWorkspace(path: string): Workspace {
  const wanted = resolve(path);
  try {
    makeFolder(wanted);
    const root = realpathSync(wanted);
    // SQLite would only say that it cannot open its file.
    accessSync(root, constants.W_OK);
    const folders = {
      results: join(root, 'results'), work: join(root, 'work'), runs: join(root, 'runs'), cache: join(root, 'cache'),
      notebooks: join(root, 'notebooks'), figures: join(root, 'figures'), exports: join(root, 'exports'),
    };
    for (const folder of [folders.results, folders.work, folders.runs, folders.cache]) mkdirSync(folder, { recursive: true });
    const catalog = openCatalog(join(root, 'catalog.sqlite'));
    return { root, catalog, folders, close: () => catalog.close() };
  } catch (cause) {
    throw systemFailure(cause, wanted) ?? cause;
  }
}
