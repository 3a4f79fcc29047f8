#!/usr/bin/env node
// Runs every check - types of the tests and lint beside each other, then the tests - and ends with one plain line of counts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPackages } from './needs.mjs';
import { bundledNode, root } from './node.mjs';

const node = bundledNode() ?? process.execPath;
const run = (args) => new Promise((resolve) => {
  spawn(node, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).once('error', () => resolve(1)).once('close', (status) => resolve(status ?? 1));
});
const tool = (path) => join(root, 'node_modules', path);

const missing = missingPackages();
for (const [purpose, names] of Object.entries(missing)) console.error(`Note: tests that need ${purpose} are skipped without ${names.join(', ')}.`);
if (Object.keys(missing).length > 0) console.error(`      As root: apt-get install ${Object.values(missing).flat().join(' ')}`);

const failed = [];
const checks = [
  ['types of tests', [tool('typescript/bin/tsc'), '-p', 'tsconfig.test.json']], ['types of pages', [tool('typescript/bin/tsc'), '-p', 'renderer/tsconfig.test.json']], ['lint', [tool('eslint/bin/eslint.js'), '.']],
];
await Promise.all(checks.map(async ([name, args]) => (await run(args)) === 0 || failed.push(name)));

const folder = mkdtempSync(join(tmpdir(), 'truckee-test-'));
const report = join(folder, 'report.json');
const status = await run([tool('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)]);
if (status !== 0) failed.push('tests');
const counts = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true, force: true });

if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`);
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests + (counts.numTodoTests ?? 0)} skipped`);
process.exit(failed.length > 0 ? 1 : 0);
