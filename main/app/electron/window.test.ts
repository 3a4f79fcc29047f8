/**
 * The window with every part of Electron played by a stand-in that keeps Electron's own rules (order of calls, events, what a
 * closed window does): what is asked of it, and what it may never be asked.
 */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { BrowserWindowConstructorOptions } from 'electron';
import { lockWorkspace } from '../../lock.ts';
import { openWorkspace } from '../../workspace.ts';
import type { Desk } from '../desk.ts';
import type { Workbench } from '../workbench/session.ts';
import { menuOf } from './menu.ts';
import type { ElectronParts, IpcEvent, WindowPart } from './parts.ts';
import { openWindow, origin, scheme } from './window.ts';

const root = mkdtempSync(join(tmpdir(), 'truckee-window-'));
let desk: Desk | null = null;
afterEach(async () => {
  await desk?.close();
  desk = null;
});
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

interface Played {
  readonly parts: ElectronParts;
  readonly calls: string[];
  options: BrowserWindowConstructorOptions | null;
  handle: ((request: Request) => Promise<Response>) | null;
  answer: number;
  permission: ((contents: unknown, permission: string, callback: (allowed: boolean) => void) => void) | null;
  ipc: ((event: IpcEvent, ...args: unknown[]) => unknown) | null;
  openHandler: ((details: { url: string }) => { action: 'deny' }) | null;
  /** Events of the app and of the window by name. */
  readonly events: Map<string, (...args: never[]) => unknown>;
}

function play(first = true): Played {
  const calls: string[] = [];
  const events = new Map<string, (...args: never[]) => unknown>();
  const played: Omit<Played, 'parts'> = { calls, events, options: null, handle: null, answer: 0, permission: null, ipc: null, openHandler: null };
  let ready = false;
  class FakeWindow implements WindowPart {
    readonly webContents = {
      setWindowOpenHandler: (handler: (details: { url: string }) => { action: 'deny' }) => void (played.openHandler = handler),
      on: (event: string, listener: (...args: never[]) => unknown) => events.set(event, listener),
    };
    constructor(options: BrowserWindowConstructorOptions) {
      if (!ready) throw new Error('Cannot create BrowserWindow before app is ready');
      played.options = options;
    }
    async loadURL(url: string): Promise<void> {
      calls.push(`load ${url}`);
      events.get('ready-to-show')?.();
    }
    show(): void { calls.push('show'); }
    focus(): void { calls.push('focus'); }
    isMinimized(): boolean { return true; }
    restore(): void { calls.push('restore'); }
    on(event: string, listener: (...args: never[]) => unknown): void { events.set(event, listener); }
    once(event: string, listener: (...args: never[]) => unknown): void { events.set(event, listener); }
  }
  const parts: ElectronParts = {
    app: {
      setName: () => undefined, requestSingleInstanceLock: () => first, quit: () => void calls.push('quit'), exit: (code) => void calls.push(`exit ${code}`),
      whenReady: async () => void (ready = true), on: (event: string, listener: (...args: never[]) => unknown) => events.set(`app ${event}`, listener),
    },
    BrowserWindow: FakeWindow,
    protocol: {
      registerSchemesAsPrivileged: (schemes) => {
        if (ready) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
        calls.push(`scheme ${schemes.map((one) => `${one.scheme}${one.privileges?.standard ? ' standard' : ''}`).join()}`);
      },
      handle: (name, handle) => {
        expect(name).toBe(scheme);
        played.handle = handle;
      },
    },
    session: { defaultSession: { setPermissionRequestHandler: (handler) => void (played.permission = handler), setPermissionCheckHandler: () => undefined } },
    Menu: { buildFromTemplate: (template) => template, setApplicationMenu: () => void calls.push('menu') },
    dialog: { showMessageBoxSync: () => { calls.push('ask'); return played.answer; }, showErrorBox: (title, content) => void calls.push(`error ${title}: ${content}`) },
    shell: { openExternal: async (url) => void calls.push(`outside ${url}`), showItemInFolder: (path) => void calls.push(`reveal ${path}`), openPath: async () => '' },
    powerSaveBlocker: { start: (type) => { calls.push(`awake ${type}`); return 7; }, stop: (id) => { calls.push(`asleep ${id}`); return true; } },
    ipcMain: { handle: (_channel, listener) => void (played.ipc = listener) },
  };
  return Object.assign(played, { parts });
}

async function open(played: Played, name: string): Promise<Workbench> {
  desk = await openWindow(played.parts, { workspacePath: join(root, name), roots: [root], startUtility: () => { throw new Error('not asked for'); } });
  return desk!.bench;
}

describe('the window', () => {
  test('is sandboxed, has no Node, and shows our own pages through the scheme', async () => {
    const played = play();
    await open(played, 'plain');
    expect(played.calls).toEqual(expect.arrayContaining([`scheme ${scheme} standard`, 'menu', `load ${origin}/`, 'show']));
    expect(played.options!.webPreferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, nodeIntegrationInWorker: false, webSecurity: true, webviewTag: false });
    expect(String(played.options!.webPreferences!.preload)).toMatch(/resources[\\/]preload\.cjs$/);
    const about = await played.handle!(new Request(`${origin}/api/rpc/about`, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: '{}' }));
    expect(await about.text()).toContain('"shell":"window"');
    expect(about.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('answers no other host of the scheme and no foreign page', async () => {
    const played = play();
    await open(played, 'foreign');
    for (const [url, from] of [[`${scheme}://elsewhere/`, null], [`${origin}/api/rpc/about`, 'https://evil.example'], ['https://workbench/', null]] as const) {
      expect((await played.handle!(new Request(url, { headers: from === null ? {} : { origin: from } }))).status).toBe(403);
    }
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%5c..%5cpackage.json', '/etc/passwd', '/assets/%00']) {
      expect(await (await played.handle!(new Request(`${origin}${path}`))).text()).not.toContain('"dependencies"');
    }
  });

  test('goes nowhere else and opens only known sites, outside', async () => {
    const played = play();
    await open(played, 'links');
    let stopped = 0;
    const navigate = played.events.get('will-navigate') as (event: { preventDefault(): void }, url: string) => void;
    for (const url of ['https://evil.example', 'file:///etc/passwd', `${origin}.evil.example/`, 'javascript:alert(1)']) navigate({ preventDefault: () => void stopped++ }, url);
    navigate({ preventDefault: () => void stopped++ }, `${origin}/runs`);
    expect(stopped).toBe(4);
    for (const url of ['https://evil.example', 'http://scanpy.readthedocs.io', 'file:///etc', 'not an address', 'https://scanpy.readthedocs.io/en/stable']) expect(played.openHandler!({ url })).toEqual({ action: 'deny' });
    expect(played.calls.filter((call) => call.startsWith('outside'))).toEqual(['outside https://scanpy.readthedocs.io/en/stable']);
    const allowed: string[] = [];
    for (const permission of ['notifications', 'media', 'geolocation', 'clipboard-read', 'openExternal']) played.permission!(undefined, permission, (yes) => void (yes && allowed.push(permission)));
    expect(allowed).toEqual(['notifications']);
  });

  test('a second start brings the first window to the front', async () => {
    const second = play(false);
    expect(await openWindow(second.parts, { workspacePath: join(root, 'x'), roots: [], startUtility: () => { throw new Error('no'); } })).toBeNull();
    expect(second.calls).toContain('quit');
    const first = play();
    await open(first, 'front');
    (first.events.get('app second-instance') as () => void)();
    expect(first.calls).toEqual(expect.arrayContaining(['restore', 'focus']));
  });

  test('shows an export in its folder, for our own page and inside the folder only', async () => {
    const played = play();
    const { workspace } = await open(played, 'reveal');
    mkdirSync(workspace.folders.figures, { recursive: true });
    writeFileSync(join(workspace.folders.figures, 'a.svg'), '');
    const ours = { senderFrame: { url: `${origin}/runs/1` } };
    expect(played.ipc!(ours, 'figures', 'a.svg')).toBe(true);
    expect(played.ipc!({ senderFrame: { url: 'https://evil.example' } }, 'figures', 'a.svg')).toBe(false);
    expect(played.ipc!(ours, 'results', 'a.svg')).toBe(false);
    expect(() => played.ipc!(ours, 'figures', '../catalog.sqlite')).toThrow();
    expect(played.calls.filter((call) => call.startsWith('reveal'))).toEqual([`reveal ${join(workspace.folders.figures, 'a.svg')}`]);
  });

  test('keeps the machine awake and asks before it closes, while a run works', async () => {
    const played = play();
    const { queue, hub } = await open(played, 'awake');
    let current: string | null = 'run-1';
    Object.defineProperty(queue, 'current', { get: () => current });
    const settled = async (call: string): Promise<void> => {
      hub.say({ kind: 'changed', what: 'runs' });
      await expect.poll(() => played.calls).toContain(call);
    };
    await settled('awake prevent-app-suspension');
    let kept = 0;
    const close = played.events.get('close') as (event: { preventDefault(): void }) => void;
    close({ preventDefault: () => void kept++ });
    played.answer = 1;
    close({ preventDefault: () => void kept++ });
    expect([kept, played.calls.filter((call) => call === 'ask').length]).toEqual([1, 2]);
    current = null;
    await settled('asleep 7');
    close({ preventDefault: () => void kept++ });
    expect(kept).toBe(1);
  });

  test('a workspace in use opens for reading; one that cannot be opened is told with its remedy', async () => {
    const held = openWorkspace(join(root, 'held'));
    const lock = lockWorkspace(held, 'another window');
    try {
      expect((await open(play(), 'held')).heldBy).toMatchObject({ pid: process.pid, address: 'another window' });
    } finally {
      lock.release();
      held.close();
    }
    writeFileSync(join(root, 'file'), 'no folder');
    const played = play();
    expect(await openWindow(played.parts, { workspacePath: join(root, 'file'), roots: [], startUtility: () => { throw new Error('no'); } })).toBeNull();
    expect(played.calls.find((call) => call.startsWith('error'))).toMatch(/Truckee cannot open this workspace: .+\n\n.+/);
    expect(played.calls).toContain('exit 1');
  });
});

test('the menu has zoom, edit and quit', () => {
  const text = JSON.stringify(menuOf({ version: '1', reveal: () => undefined }));
  for (const role of ['zoomIn', 'zoomOut', 'resetZoom', 'quit', 'editMenu']) expect(text).toContain(role);
});
