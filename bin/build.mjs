#!/usr/bin/env node
// Builds everything: TypeScript by project (tsc -b, which also refuses imports across the house's rules), the WASM kernels
// and the workbench's pages. With --if-needed only when a source is newer than the last build.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledNode, root } from './node.mjs';

const rooms = ['protocol', 'steps', 'io', 'compute', 'main', 'renderer'];
/** What the pages are made from. */
const pageRooms = ['protocol', 'steps', 'renderer', 'package-lock.json'];
const stamp = join(root, 'dist/.built');

/** Returns false when the build failed; its messages have been printed then. */
export async function buildIfNeeded(node) {
  return isFresh() || build(node);
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  return [...rooms.map((room) => join(root, room)), join(root, 'tsconfig.base.json'), join(root, 'package.json')].every((path) => newest(path) <= built);
}

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  let latest = stat.mtimeMs;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory() || /\.(tsx?|json|html|css|svg)$/.test(entry.name)) latest = Math.max(latest, newest(join(path, entry.name)));
  }
  return latest;
}

async function build(node) {
  if (!existsSync(join(root, 'node_modules/typescript/bin/tsc'))) {
    console.error('The build tools are missing. Run: npm ci');
    return false;
  }
  console.error('Building Truckee ...');
  const started = Date.now();
  const run = (args, env = process.env) => new Promise((resolve) => {
    spawn(node, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).once('error', () => resolve(false)).once('close', (status) => resolve(status === 0));
  });
  // Beside each other: each has sources and outputs of its own.
  const done = await Promise.all([
    run([join(root, 'node_modules/typescript/bin/tsc'), '-b']),
    run([join(root, 'bin/build-wasm.mjs')]).then((ok) => ok && (pagesAreFresh() || buildPages(run))),
  ]);
  if (done.includes(false)) return false;
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, new Date(started).toISOString());
  return true;
}

/** Vite takes seconds: only when something that the pages are made from is newer than they are. */
function pagesAreFresh() {
  const page = join(root, 'dist/renderer/index.html');
  return existsSync(page) && pageRooms.every((room) => newest(join(root, room)) <= statSync(page).mtimeMs);
}

function buildPages(run) {
  const args = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', join(root, 'renderer/vite.config.ts'), '--logLevel', 'warn'];
  // Whoever asks for the build (a test runner says 'test'): people get React as it is for them.
  return run(args, { ...process.env, NODE_ENV: 'production' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : bundledNode();
  const ok = process.argv.includes('--if-needed') ? await buildIfNeeded(node) : await build(node);
  process.exit(ok ? 0 : 1);
}
