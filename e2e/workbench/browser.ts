/** A workbench as people meet it: served by the real command line, opened in Debian's Chromium, watched for errors of the page. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { program, root } from '../support/program.ts';

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Why there is no browser here; null when there is one. */
export const noBrowser = existsSync(chromiumPath) ? null : 'Chromium is missing';

export interface Served {
  /** With its key: works once. */
  readonly address: string;
  readonly base: string;
  readonly process: ChildProcess;
  stop(): Promise<number | null>;
}

/** Starts `truckee serve` and waits for the line with its address. */
export async function serveWorkspace(workspace: string, ...options: string[]): Promise<Served> {
  const child = spawn(program[0]!, [...program.slice(1), 'serve', '--workspace', workspace, '--no-open', ...options], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      said += text.toString();
      const found = /http:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    address, base: address.slice(0, address.indexOf('/?')), process: child,
    stop() {
      if (child.exitCode === null) child.kill('SIGINT');
      return ended;
    },
  };
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

export interface Watched {
  readonly page: Page;
  /** Errors of the page and requests to anywhere but the host. */
  readonly faults: string[];
}

/** A page of a browser of its own (no cookie of another test), opened at the address. */
export async function openPage(browser: Browser, served: Served, options: { width?: number; dark?: boolean } = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: 860 }, colorScheme: options.dark ? 'dark' : 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(served.base) && !url.startsWith('data:') && !url.startsWith('blob:')) faults.push(`asked for ${url}`);
  });
  await page.goto(served.address);
  return { page, faults };
}
