import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { recentWorkspaces, rememberWorkspace } from './recent.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-recent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const list = join(folder, 'settings', 'recent.json');

function workspace(name: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'catalog.sqlite'), '');
  return join(folder, name);
}

describe('workspaces opened lately', () => {
  test('newest first, each once, those that are gone left out', () => {
    expect(recentWorkspaces(list)).toEqual([]);
    const [a, b, c] = ['a', 'b', 'c'].map(workspace);
    for (const root of [a!, b!, c!, a!]) rememberWorkspace(root, list);
    expect(recentWorkspaces(list).map((one) => one.path)).toEqual([a, c, b]);
    rmSync(c!, { recursive: true });
    expect(recentWorkspaces(list).map((one) => one.path)).toEqual([a, b]);
    for (let i = 0; i < 30; i++) rememberWorkspace(workspace(`w${i}`), list);
    expect(recentWorkspaces(list)).toHaveLength(12);
  });

  test('a list that is damaged or cannot be written stands in nobody\'s way', () => {
    writeFileSync(list, '{"no": "list"');
    expect(recentWorkspaces(list)).toEqual([]);
    rememberWorkspace(workspace('d'), join(list, 'below a file', 'recent.json'));
    rememberWorkspace(workspace('d'), list);
    expect(recentWorkspaces(list)).toHaveLength(1);
  });
});
