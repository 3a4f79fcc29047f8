/** What a packaged window carries: everything it starts, nothing it does not need, and every fuse where it belongs. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { enginePath, unpacked } from '../../engine/node-path.ts';
import { packageRoot } from '../../version.ts';

interface Config {
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly extraResources: readonly { from: string }[];
  readonly [platform: string]: unknown;
}

const config = JSON.parse(readFileSync(join(packageRoot, 'electron-builder.json'), 'utf8')) as Config;
const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { main: string };

describe('the package', () => {
  test('starts where Electron looks', () => {
    expect(existsSync(join(packageRoot, manifest.main.replace(/^dist/, '.').replace(/js$/, 'ts')))).toBe(true);
    for (const pattern of ['dist/**', 'resources/**', 'package.json']) expect(config.files).toContain(pattern);
    expect(existsSync(join(packageRoot, 'resources/preload.cjs'))).toBe(true);
  });

  test('leaves outside the archive what plain Node reads: engine, its packages, WASM and Node itself', () => {
    for (const pattern of ['dist/protocol/**', 'dist/steps/**', 'dist/io/**', 'dist/compute/**', '**/*.wasm', 'node_modules/node/**', 'node_modules/h5wasm/**', 'node_modules/zod/**', 'package.json']) expect(config.asarUnpack).toContain(pattern);
    expect(unpacked('/opt/Truckee/resources/app.asar/dist/compute/host/entry.js')).toBe('/opt/Truckee/resources/app.asar.unpacked/dist/compute/host/entry.js');
    expect(unpacked('/home/me/my-app.asar.d/x')).toBe('/home/me/my-app.asar.d/x');
    expect(enginePath(true)).toMatch(/node_modules[\\/]node[\\/]bin[\\/]node/);
  });

  test('has the fuses that close what is not used', () => {
    expect(config.electronFuses).toMatchObject({
      runAsNode: false, enableNodeOptionsEnvironmentVariable: false, enableNodeCliInspectArguments: false, onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true, grantFileProtocolExtraPrivileges: false,
    });
    for (const platform of ['linux', 'win', 'mac']) expect(config[platform]).toHaveProperty('target');
  });

  test('names everything that ships with it', () => {
    expect(config.extraResources.map(({ from }) => from)).toEqual(['dist/THIRD-PARTY-NOTICES.md']);
    const listed = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', `import { notices } from ${JSON.stringify(join(packageRoot, 'bin/notices.mjs'))}; console.log(JSON.stringify(notices().map(({ name, licence }) => ({ name, licence }))))`], { encoding: 'utf8' })) as { name: string; licence: string }[];
    for (const name of ['node', 'better-sqlite3', 'h5wasm', 'zod', 'react', '@mantine/core', 'dejavu-fonts-ttf', 'electron']) expect(listed.map((one) => one.name)).toContain(name);
    expect(listed.filter((one) => one.licence === '')).toEqual([]);
  });

  test('a preload that exposes two words and one wish', () => {
    const exposed: Record<string, unknown> = {};
    const asked: unknown[] = [];
    const parts = { contextBridge: { exposeInMainWorld: (name: string, api: unknown) => void (exposed[name] = api) }, ipcRenderer: { invoke: (...args: unknown[]) => void asked.push(args) } };
    new Function('require', readFileSync(join(packageRoot, 'resources/preload.cjs'), 'utf8'))(() => parts);
    const { truckee } = exposed as { truckee: { shell: string; reveal(folder: unknown, name: unknown): void } };
    expect(Object.keys(exposed)).toEqual(['truckee']);
    expect(Object.keys(truckee)).toEqual(['shell', 'reveal']);
    truckee.reveal({ toString: () => 'figures' }, 5);
    expect(asked).toEqual([['reveal', 'figures', '5']]);
  });
});
