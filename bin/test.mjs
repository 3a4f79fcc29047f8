#!/usr/bin/env node
// Runs every check in order of cost - types of the tests, lint, tests - and ends with one plain line of counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingPackages } from './needs.mjs';
import { bundledNode, root } from './node.mjs';

const node = bundledNode() ?? process.execPath;
const run = (args) => spawnSync(node, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
const tool = (path) => join(root, 'node_modules', path);

const missing = missingPackages();
for (const [purpose, names] of Object.entries(missing)) console.error(`Note: tests that need ${purpose} are skipped without ${names.join(', ')}.`);
if (Object.keys(missing).length > 0) console.error(`      As root: apt-get install ${Object.values(missing).flat().join(' ')}`);

const failed = [];
for (const config of ['tsconfig.test.json', 'renderer/tsconfig.test.json']) if (run([tool('typescript/bin/tsc'), '-p', config]) !== 0) failed.push(`types of ${config}`);
if (run([tool('eslint/bin/eslint.js'), '.']) !== 0) failed.push('lint');

const folder = mkdtempSync(join(tmpdir(), 'truckee-test-'));
const report = join(folder, 'report.json');
const status = run([tool('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)]);
if (status !== 0) failed.push('tests');
const counts = JSON.parse(readFileSync(report, 'utf8'));
rmSync(folder, { recursive: true, force: true });

if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`);
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests + (counts.numTodoTests ?? 0)} skipped`);
process.exit(failed.length > 0 ? 1 : 0);
