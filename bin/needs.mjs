#!/usr/bin/env node
// Debian packages that tests use beyond what npm installs; without them the tests concerned are skipped and say so.
// Run by itself it prints those that are missing, for: apt-get install $(node bin/needs.mjs)
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const packages = {
  'references in Python': [
    'python3-h5py', 'python3-anndata', 'python3-scipy', 'python3-sklearn', 'python3-nbformat', 'python3-nbclient', 'python3-zarr',
    'python3-torch', 'python3-igraph', 'python3-leidenalg', 'python3-skmisc', 'umap-learn',
  ],
  'the workbench in a browser': ['chromium'],
  'a server for downloads': ['nginx-light'],
  'figures as PDF': ['poppler-utils'],
  'faults of disks and calls': ['strace', 'xfsprogs', 'e2fsprogs'],
};

/** Missing packages by what they are for; nothing where the system keeps no such list. */
export function missingPackages() {
  const found = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n'], { encoding: 'utf8' });
  if (found.error || found.status !== 0) return {};
  const installed = new Set(found.stdout.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
  const missing = Object.entries(packages).map(([purpose, names]) => [purpose, names.filter((name) => !installed.has(name))]);
  return Object.fromEntries(missing.filter(([, names]) => names.length > 0));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(Object.values(missingPackages()).flat().join(' '));
