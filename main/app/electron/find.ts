/** Whether there is an Electron to open a window with: its program is not part of every installation. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../version.ts';

export interface FoundElectron {
  readonly path: string | null;
  /** Why there is none, in words. */
  readonly reason: string;
}

export function findElectron(root = packageRoot): FoundElectron {
  const folder = join(root, 'node_modules', 'electron');
  const named = join(folder, 'path.txt');
  const program = existsSync(named) ? join(folder, 'dist', readFileSync(named, 'utf8').trim()) : null;
  if (program && existsSync(program)) {
    if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return { path: null, reason: 'there is no screen for a window here' };
    return { path: program, reason: '' };
  }
  return { path: null, reason: 'Electron\'s program is not installed (npx install-electron fetches it where the network allows)' };
}
