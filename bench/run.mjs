/** Starts bench/run.ts under the Node 24 of this project, whatever Node was called. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import('./run.ts');
} else {
  const node = join(here, '..', 'node_modules', 'node', 'bin', 'node');
  const { status } = spawnSync(node, [join(here, 'run.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 2;
}
