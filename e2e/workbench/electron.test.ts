/** The real window, where Electron's program is installed; REQUIRE_ELECTRON=1 makes its absence a failure. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';
import { findElectron } from '../../main/app/electron/find.ts';
import { root } from '../support/program.ts';

const { path, reason } = findElectron();

test.skipIf(path === null && process.env['REQUIRE_ELECTRON'] !== '1')(`the window opens an empty workspace${path === null ? ` (${reason})` : ''}`, async () => {
  expect(path, reason).not.toBeNull();
  const workspace = mkdtempSync(join(tmpdir(), 'truckee-electron-'));
  const app = await _electron.launch({ executablePath: path!, args: [root, '--no-sandbox', '--workspace', workspace] });
  try {
    const page = await app.firstWindow();
    await page.getByRole('heading', { name: 'Welcome to Truckee' }).waitFor();
    expect(await page.evaluate('typeof window.require')).toBe('undefined');
    expect(await page.evaluate('Object.keys(window.truckee)')).toEqual(['shell', 'reveal']);
    await page.getByRole('button', { name: 'Make demo plates' }).click();
    await page.getByRole('heading', { name: '12,000 cells in 3 data sets' }).waitFor();
  } finally {
    await app.close();
    rmSync(workspace, { recursive: true, force: true });
  }
});
