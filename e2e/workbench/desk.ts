/** A desk to test at: a folder, a workspace in it, the workbench served from it, a browser with one page; all gone when the test file ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { openBrowser, openPage, serveWorkspace, type Served, type Watched } from './browser.ts';

export interface OpenDesk {
  readonly served: Served;
  readonly watched: Watched;
  /** Of `watched`. */
  readonly page: Page;
}

export interface DeskOptions {
  /** Another workspace than the desk's own. */
  readonly workspace?: string;
  /** Further options of `truckee serve`. */
  readonly serve?: readonly string[];
  readonly dark?: boolean;
}

export interface Desk {
  readonly folder: string;
  /** Inside `folder`; made by whoever first writes to it. */
  readonly workspace: string;
  /** Serves the workspace and opens its first page; again after a host is gone. */
  open(options?: DeskOptions): Promise<OpenDesk>;
}

/** Once per test file, at its top: registers the clean-up. */
export function newDesk(name: string): Desk {
  const folder = mkdtempSync(join(tmpdir(), `truckee-${name}-`));
  const workspace = join(folder, 'workspace');
  const hosts: Served[] = [];
  let browser: Browser | undefined;
  afterAll(async () => {
    await browser?.close();
    for (const host of hosts) await host.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    workspace,
    async open({ serve = [], dark = false, workspace: other = workspace } = {}) {
      const served = await serveWorkspace(other, ...serve);
      hosts.push(served);
      browser ??= await openBrowser();
      const watched = await openPage(browser, served, { dark });
      return { served, watched, page: watched.page };
    },
  };
}

/** For eyes: a picture of the whole page in the folder that TRUCKEE_SCREENSHOTS names, if it names one. */
export async function shoot(page: Page, name: string): Promise<void> {
  const target = process.env['TRUCKEE_SCREENSHOTS'];
  if (target) await page.screenshot({ path: join(target, `${name}.png`), fullPage: true });
}
