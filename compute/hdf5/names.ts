/**
 * Names inside a file: group listings and links. Names are walked part by part, because the library would follow a link
 * into another file, which a data file from outside must not be able to ask for.
 */
import { failure } from '../../protocol/errors.ts';
import type { LibraryFile } from './library.ts';

export type ObjectKind = 'group' | 'dataset' | 'other';

export interface Names {
  /** The name with all soft links followed, as `/a/b`; null when it does not exist. */
  resolve(name: string): string | null;
  kind(name: string): ObjectKind | null;
  /** Names in a group, in the order of the file; empty when it is no group. */
  children(name: string): readonly string[];
}

/** Soft links that lead to soft links: more than this is a circle. */
const maxLinks = 32;

/** Errors: corrupt-file; unsupported-encoding for a link into another file. */
export function namesOf(library: LibraryFile): Names {
  const listings = new Map<string, { readonly ordered: readonly string[]; readonly set: ReadonlySet<string> }>();
  const kinds = new Map<string, ObjectKind>();

  const kindOf = (path: string): ObjectKind => {
    const known = kinds.get(path);
    if (known !== undefined) return known;
    const kind = library.call(path, (h5, id): ObjectKind => {
      const type = h5.get_type(id, path);
      return type === h5.H5G_GROUP ? 'group' : type === h5.H5G_DATASET ? 'dataset' : 'other';
    });
    kinds.set(path, kind);
    return kind;
  };

  const listing = (path: string): { readonly ordered: readonly string[]; readonly set: ReadonlySet<string> } => {
    let found = listings.get(path);
    if (found === undefined) {
      const ordered = kindOf(path) === 'group' ? library.call(path, (h5, id) => h5.get_names(id, path, false)) : [];
      found = { ordered, set: new Set(ordered) };
      listings.set(path, found);
    }
    return found;
  };

  const softTarget = (path: string): string | null =>
    library.call(path, (h5, id) => {
      const target: string | null = h5.get_symbolic_link(id, path);
      if (target === null && h5.get_external_link(id, path).filename !== undefined) {
        throw failure('unsupported-encoding', { path: library.path, element: path, encoding: 'a link to another file' });
      }
      return target;
    });

  const links = new Map<string, string | null>();
  const resolve = (name: string): string | null => {
    let at: string[] = [];
    let rest = parts(name);
    for (let followed = 0; rest.length > 0; ) {
      const parent = `/${at.join('/')}`;
      const [part, ...after] = rest;
      if (!listing(parent).set.has(part!)) return null;
      const path = at.length === 0 ? `/${part}` : `${parent}/${part}`;
      if (!links.has(path)) links.set(path, softTarget(path));
      const target = links.get(path) ?? null;
      if (target === null) {
        at.push(part!);
        rest = after;
        continue;
      }
      if (++followed > maxLinks) return null;
      if (target.startsWith('/')) at = [];
      rest = [...parts(target), ...after];
    }
    return `/${at.join('/')}`;
  };

  return {
    resolve,
    kind: (name) => {
      const path = resolve(name);
      return path === null ? null : kindOf(path);
    },
    children: (name) => {
      const path = resolve(name);
      return path === null ? [] : listing(path).ordered;
    },
  };
}

function parts(name: string): string[] {
  return name.split('/').filter((part) => part !== '' && part !== '.');
}
