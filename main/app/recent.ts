/** Workspaces opened lately, newest first: a convenience, so whatever is wrong with the list never stands in the way. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { settingsFolder } from '../settings.ts';

const most = 12;
const listSchema = z.array(z.object({ path: z.string(), openedAt: z.string() }));
export type RecentWorkspace = z.infer<typeof listSchema>[number];

const recentPath = (): string => join(settingsFolder(), 'recent.json');

/** Those whose folder is still there. */
export function recentWorkspaces(path = recentPath()): RecentWorkspace[] {
  try {
    const list = listSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return list.success ? list.data.filter((one) => existsSync(join(one.path, 'catalog.sqlite'))) : [];
  } catch {
    // Not there yet, or not readable: nothing was opened lately, as far as one can tell.
    return [];
  }
}

export function rememberWorkspace(root: string, path = recentPath()): void {
  const list = [{ path: root, openedAt: new Date().toISOString() }, ...recentWorkspaces(path).filter((one) => one.path !== root)].slice(0, most);
  const part = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(part, JSON.stringify(list, null, 1), { mode: 0o600 });
    renameSync(part, path);
  } catch {
    // A home folder that cannot be written to: the workspace opens all the same.
  }
}
