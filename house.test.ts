/** The house's own rules, checked by reading import lines: what may import what, file sizes, and loose ends. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = import.meta.dirname;
const houses: Readonly<Record<string, readonly string[]>> = {
  protocol: [], steps: ['protocol'], io: ['protocol'], compute: ['protocol', 'steps', 'io'], main: ['protocol', 'steps', 'io'],
  renderer: ['protocol', 'steps'],
};
/** Inside a house, rooms import only to their left. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  compute: [
    'codecs', 'random', 'kernels', 'hdf5', 'zarr', 'stores', 'matrix', 'results', 'columns', 'sampling', 'loader', 'statistics', 'generator', 'graph', 'integration', 'differential', 'passes', 'calls', 'steps', 'export', 'views', 'host',
  ],
  main: ['catalog', 'engine', 'datasets', 'results', 'preflight', 'jobs', 'export', 'app'],
  renderer: ['client', 'plots', 'panels', 'guides', 'shell'],
};
/** Packages a house may use; node: modules are free everywhere but in protocol and steps. */
const packages: Readonly<Record<string, readonly string[]>> = {
  protocol: ['zod', '@orpc/contract'], steps: ['zod'], io: [], compute: ['h5wasm', 'hyparquet', 'hyparquet-compressors', 'hyparquet-writer'], main: ['better-sqlite3', 'zod', '@orpc/server', 'electron', 'hyparquet', 'hyparquet-compressors'],
  renderer: [
    'zod', 'react', 'react-dom', 'zustand', '@fontsource-variable/inter', '@mantine/core', '@mantine/hooks', '@mantine/spotlight', '@orpc/client', '@orpc/contract',
    '@orpc/tanstack-query', '@tanstack/react-query', '@tanstack/react-router', 'jspdf', 'svg2pdf.js', 'dejavu-fonts-ttf',
  ],
};

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'assembly' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.(test|cases|config)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const all = Object.keys(houses).flatMap((house) => sources(join(root, house)));
const importsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^(?:import|export)\s[^;]*?from\s+'([^']+)'/gms)].map((match) => match[1]!);
/** Source without its comments: prose may say any word. */
const codeOf = (path: string): string => readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
const placeOf = (path: string): string[] => relative(root, path).split('/');

describe('the house', () => {
  test('has files to check', () => expect(all.length).toBeGreaterThan(100));

  test('imports only what stands below it', () => {
    const wrong: string[] = [];
    for (const path of all) {
      const [house, room] = placeOf(path) as [string, string];
      for (const target of importsOf(path)) {
        if (!target.startsWith('.')) {
          const name = target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : target.split('/')[0]!;
          const free = target.startsWith('node:') && !['protocol', 'steps', 'renderer'].includes(house);
          if (!free && !packages[house]!.includes(name)) wrong.push(`${relative(root, path)} uses ${target}`);
          continue;
        }
        const [otherHouse, otherRoom] = placeOf(resolve(dirname(path), target)) as [string, string];
        if (otherHouse !== house && !houses[house]!.includes(otherHouse)) wrong.push(`${relative(root, path)} imports ${target}`);
        const order = rooms[house];
        if (otherHouse !== house || !order || !order.includes(room) || !order.includes(otherRoom)) continue;
        if (order.indexOf(otherRoom) > order.indexOf(room)) wrong.push(`${relative(root, path)} imports ${target}, to its right`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('runs on what npm ci installs: packages of the engine and the host are dependencies, each with one exact version', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    const used = new Set(['node', ...Object.keys(packages).filter((house) => house !== 'renderer').flatMap((house) => packages[house]!)]);
    // Electron is what the window runs in, not something it brings along.
    used.delete('electron');
    expect([...used].filter((name) => !/^\d+\.\d+\.\d+$/.test(dependencies[name] ?? ''))).toEqual([]);
  });

  test('has no unknown rooms', () => {
    const unknown = all.map(placeOf).filter(([house, room, file]) => file !== undefined && rooms[house!] && !rooms[house!]!.includes(room!));
    expect([...new Set(unknown.map((place) => place.slice(0, 2).join('/')))]).toEqual([]);
  });

  test('has no file over 350 lines', () => {
    const long = all.filter((path) => !/\.(table|gen)\.ts$/.test(path) && readFileSync(path, 'utf8').split('\n').length > 351);
    expect(long.map((path) => relative(root, path))).toEqual([]);
  });

  test('has no loose ends', () => {
    const loose = all.filter((path) => /:\s*any\b|<any>|\bas any\b|as unknown as|@ts-ignore|TODO|FIXME/.test(codeOf(path)));
    expect(loose.map((path) => relative(root, path))).toEqual([]);
  });

  test('begins every file with what it is for', () => {
    const silent = all.filter((path) => !readFileSync(path, 'utf8').startsWith('/**'));
    expect(silent.map((path) => relative(root, path))).toEqual([]);
  });
});
