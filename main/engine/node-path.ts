/** The plain Node that engines run on: this process's own, or inside Electron the one that ships beside it (decision 001). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../version.ts';

/** Null inside an Electron that came without it: then engines run as utility processes. */
export function enginePath(inElectron = 'electron' in process.versions): string | null {
  if (!inElectron) return process.execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(unpacked(packageRoot), 'node_modules', 'node', 'bin', name);
  return existsSync(path) ? path : null;
}

/** Plain Node reads no archive of Electron's: packaging leaves what engines need beside it, under this name. */
export function unpacked(path: string): string {
  return path.replace(/app\.asar(?=[\\/]|$)/, 'app.asar.unpacked');
}
