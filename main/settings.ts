/** Where a person's own settings lie: never in a workspace, which people copy and share. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export function settingsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'truckee');
}
