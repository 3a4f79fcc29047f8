// Where this package lives and which Node it brings along.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function bundledNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const folder of ['node_modules/node/bin', '../node/bin']) {
    const path = join(root, folder, name);
    if (existsSync(path)) return path;
  }
  return null;
}
