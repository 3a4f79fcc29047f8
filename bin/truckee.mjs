#!/usr/bin/env node
// Starts Truckee on the right Node. Plain JavaScript that every Node from 18 on can read: it imports nothing native,
// checks the version, builds when sources are newer than the build, and runs the real program on the Node 24 that is
// installed beside it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundledNode, root } from './node.mjs';

const needed = 24;

const node = Number(process.versions.node.split('.')[0]) >= needed ? process.execPath : bundledNode();
if (!node) {
  console.error(`Truckee needs Node ${needed}; this is Node ${process.versions.node} and the bundled one is missing. Run: npm ci`);
  process.exit(1);
}

// An installed package is built already and has no sources to build from.
if (existsSync(join(root, 'tsconfig.json'))) {
  const { buildIfNeeded } = await import('./build.mjs');
  if (!(await buildIfNeeded(node))) process.exit(1);
}

const program = join(root, 'dist/main/app/cli/index.js');
const child = spawn(node, ['--no-warnings', '--enable-source-maps', program, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Compiled code is kept between starts: every command, and every engine it starts, comes up sooner.
  env: { NODE_COMPILE_CACHE: join(root, 'dist/.cache'), ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)));
