/** Which result folder holds what: slots by AnnData's names, filled as steps finish; the latest writer of a slot wins. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { unreadable } from './array.ts';

export type SlotGroup = 'obs' | 'var' | 'obsm' | 'varm' | 'obsp' | 'rows';
const groups: readonly SlotGroup[] = ['obs', 'var', 'obsm', 'varm', 'obsp', 'rows'];

export interface FoundSlots {
  /** Names inside a group, in the order in which they were written first. */
  names(group: SlotGroup | 'uns'): readonly string[];
  /** Folder of an array slot ("obsm/X_pca"); undefined when no step wrote it. */
  path(slot: string): string | undefined;
  /** Content of uns/<name>.json; undefined when no step wrote it. @throws corrupt-result. */
  facts(name: string): unknown;
}

export interface SlotTable extends FoundSlots {
  /** Takes in everything a finished result folder holds. @throws corrupt-result for a folder that is gone. */
  addFolder(folder: string): void;
}

/** `folders` in recipe order. @throws corrupt-result for a folder that is gone. */
export function findSlots(folders: readonly string[]): FoundSlots {
  const table = createSlotTable();
  for (const folder of folders) table.addFolder(folder);
  return table;
}

export function createSlotTable(): SlotTable {
  const paths = new Map<string, string>();
  return {
    addFolder(folder) {
      const parts = list(folder);
      for (const group of groups) {
        if (!parts.includes(group)) continue;
        for (const name of list(join(folder, group))) paths.set(`${group}/${name}`, join(folder, group, name));
      }
      if (!parts.includes('uns')) return;
      for (const file of list(join(folder, 'uns'))) {
        if (file.endsWith('.json')) paths.set(`uns/${file.slice(0, -5)}`, join(folder, 'uns', file));
      }
    },
    names: (group) => [...paths.keys()].filter((slot) => slot.startsWith(`${group}/`)).map((slot) => slot.slice(group.length + 1)),
    path: (slot) => paths.get(slot),
    facts(name) {
      const path = paths.get(`uns/${name}`);
      if (path === undefined) return undefined;
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as unknown;
      } catch (cause) {
        throw cause instanceof SyntaxError ? failure('corrupt-result', { path, reason: 'it is not JSON' }, cause) : unreadable(cause, path, 'it is missing');
      }
    },
  };
}

/** Never fewer names than there are: a mask that is overlooked would change every number after it. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.')).map((entry) => entry.name).sort();
  } catch (cause) {
    throw unreadable(cause, folder, 'its folder is missing');
  }
}
