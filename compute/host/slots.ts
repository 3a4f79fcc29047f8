/** Which result folder holds what: filled as steps finish, the latest writer of a slot wins. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../protocol/errors.ts';

const groups = ['obs', 'var', 'obsm', 'varm', 'obsp', 'rows'] as const;

export interface SlotTable {
  /** Takes in everything a finished result folder holds. */
  addFolder(folder: string): void;
  path(slot: string): string | undefined;
  facts(name: string): unknown;
}

export function createSlotTable(): SlotTable {
  const paths = new Map<string, string>();
  return {
    addFolder(folder) {
      for (const group of groups) {
        const parent = join(folder, group);
        if (!existsSync(parent)) continue;
        for (const entry of readdirSync(parent, { withFileTypes: true })) {
          if (entry.isDirectory()) paths.set(`${group}/${entry.name}`, join(parent, entry.name));
        }
      }
      const uns = join(folder, 'uns');
      if (!existsSync(uns)) return;
      for (const file of readdirSync(uns)) {
        if (file.endsWith('.json')) paths.set(`uns/${file.slice(0, -5)}`, join(uns, file));
      }
    },
    path: (slot) => paths.get(slot),
    facts(name) {
      const path = paths.get(`uns/${name}`);
      if (!path) throw failure('missing-input', { step: 'this step', slot: `uns/${name}`, remedyStep: name });
      try {
        return JSON.parse(readFileSync(path, 'utf8'));
      } catch (cause) {
        throw failure('corrupt-result', { path, reason: 'it is not JSON' }, cause);
      }
    },
  };
}
