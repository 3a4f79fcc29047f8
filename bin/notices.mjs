#!/usr/bin/env node
// Writes the notices of everything that ships with the program: packages that run with it and those bundled into its pages.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './node.mjs';

/** Bundled into the pages, so installed for development only; what they bring along follows them. */
const bundled = [
  'react', 'react-dom', 'zustand', 'jspdf', 'svg2pdf.js', 'dejavu-fonts-ttf', '@fontsource-variable/inter', '@mantine/core', '@mantine/hooks', '@mantine/spotlight',
  '@orpc/tanstack-query', '@tanstack/react-query', '@tanstack/react-router', 'electron',
];

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Every package that ships, with its licence and the text of it where it carries one. */
export function notices() {
  const found = new Map();
  const queue = [...Object.keys(read(join(root, 'package.json')).dependencies), ...bundled];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const folder = join(root, 'node_modules', name);
    if (found.has(name) || !existsSync(join(folder, 'package.json'))) continue;
    const manifest = read(join(folder, 'package.json'));
    const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying|notice)/i.test(one));
    const licence = typeof manifest.license === 'string' ? manifest.license : (manifest.license?.type ?? 'see its text');
    found.set(name, { name, version: manifest.version, licence, text: file ? readFileSync(join(folder, file), 'utf8').trim() : '' });
    // Electron's own dependencies only fetch it.
    if (name !== 'electron') queue.push(...Object.keys(manifest.dependencies ?? {}));
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const all = notices();
  mkdirSync(join(root, 'dist'), { recursive: true });
  const sections = all.map((one) => `## ${one.name} ${one.version}\n\nLicence: ${one.licence}\n\n${one.text}`);
  writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.md'), `# Third-party notices\n\n${sections.join('\n\n')}\n`);
  console.log(`${all.length} packages in dist/THIRD-PARTY-NOTICES.md`);
}
