/**
 * The window: the same handler as the served workbench, called in process through a scheme of its own. No port is opened, the
 * page is sandboxed, and nothing but our own pages is ever shown in it.
 */
import { join } from 'node:path';
import { toErrorData } from '../../../protocol/errors.ts';
import { startLocalEngine } from '../../engine/local.ts';
import { enginePath } from '../../engine/node-path.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { packageRoot, version } from '../../version.ts';
import { openDesk, type Desk } from '../desk.ts';
import type { Handle } from '../handler.ts';
import { safetyHeaders } from '../static.ts';
import { insideRoots } from '../workbench/files.ts';
import type { Workbench } from '../workbench/session.ts';
import { menuOf } from './menu.ts';
import type { ElectronParts, IpcEvent, WindowPart } from './parts.ts';

export const scheme = 'truckee';
export const origin = `${scheme}://workbench`;

/** Sites that may be opened, in the user's own browser. */
const outside = new Set(['https://scanpy.readthedocs.io', 'https://anndata.readthedocs.io']);

export interface WindowOptions {
  readonly workspacePath: string;
  readonly roots: readonly string[];
  /** For an Electron that came without a Node of its own. */
  readonly startUtility: StartEngine;
}

/** Runs until the window is closed. Returns what is open once the window is, null when another instance has it. */
export async function openWindow(parts: ElectronParts, options: WindowOptions): Promise<Desk | null> {
  const { app, protocol, session, Menu, dialog } = parts;
  app.setName('Truckee');
  // Before anything is ready: a scheme that fetch, streams and relative addresses work on.
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }]);
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return null;
  }
  await app.whenReady();
  let desk: Desk;
  try {
    const startEngine = enginePath() === null ? options.startUtility : startLocalEngine;
    desk = openDesk(options.workspacePath, { startEngine, address: 'a window', shell: 'window', roots: options.roots });
  } catch (thrown) {
    const { message, remedy } = toErrorData(thrown);
    dialog.showErrorBox('Truckee cannot open this workspace', `${message}\n\n${remedy}`);
    app.exit(1);
    return null;
  }
  protocol.handle(scheme, answerWith(desk.handle));
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) => callback(permission === 'notifications'));
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => permission === 'notifications');
  allowReveal(parts, desk);
  const window = makeWindow(parts);
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuOf({ version, reveal: () => void parts.shell.openPath(desk.bench.workspace.root) })));
  desk.onOpened((bench) => keepAwake(parts, bench));
  askBeforeQuitting(parts, desk, window);
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('window-all-closed', () => void desk.close().then(() => app.quit()));
  await window.loadURL(`${origin}/`);
  return desk;
}

/** Requests of our own pages only; the answers carry the same headers as served ones. */
export function answerWith(handle: Handle): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const from = request.headers.get('origin');
    if (url.protocol !== `${scheme}:` || url.host !== 'workbench' || (from !== null && from !== origin)) return new Response(null, { status: 403 });
    const response = await handle(request);
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(safetyHeaders)) headers.set(name, value);
    return new Response(response.body, { status: response.status, headers });
  };
}

function makeWindow({ BrowserWindow, shell }: ElectronParts): WindowPart {
  const window = new BrowserWindow({
    width: 1360, height: 900, minWidth: 720, minHeight: 520, show: false, title: 'Truckee', autoHideMenuBar: true,
    webPreferences: {
      preload: join(packageRoot, 'resources', 'preload.cjs'), contextIsolation: true, sandbox: true, nodeIntegration: false, nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false, webSecurity: true, allowRunningInsecureContent: false, webviewTag: false, spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (isOutside(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  window.webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${origin}/`)) event.preventDefault();
  });
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  return window;
}

function isOutside(url: string): boolean {
  try {
    return outside.has(new URL(url).origin);
  } catch {
    return false;
  }
}

/** The one thing a page may ask of the system beyond its own files: to show an export in its folder. */
function allowReveal({ ipcMain, shell }: ElectronParts, desk: Desk): void {
  ipcMain.handle('reveal', (event: IpcEvent, folder: unknown, name: unknown) => {
    if (!event.senderFrame?.url.startsWith(`${origin}/`)) return false;
    if ((folder !== 'exports' && folder !== 'figures' && folder !== 'notebooks') || typeof name !== 'string') return false;
    const root = desk.bench.workspace.folders[folder];
    shell.showItemInFolder(insideRoots(join(root, name), [root]));
    return true;
  });
}

/** The machine does not go to sleep while a run works. */
function keepAwake({ powerSaveBlocker }: ElectronParts, bench: Workbench): void {
  let blocker: number | null = null;
  const settle = (): void => {
    const busy = bench.extractions.going || (bench.queue !== null && (bench.queue.current !== null || bench.queue.waiting.length > 0));
    if (busy && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!busy && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };
  void (async () => {
    for await (const message of bench.hub.listen(null, 0, bench.closing)) if (message.kind === 'changed') settle();
    if (blocker !== null) powerSaveBlocker.stop(blocker);
  })();
}

function askBeforeQuitting({ dialog }: ElectronParts, desk: Desk, window: WindowPart): void {
  window.on('close', (event) => {
    const { queue } = desk.bench;
    if (queue === null || queue.current === null) return;
    const answer = dialog.showMessageBoxSync({
      type: 'question', title: 'A run is going on', message: 'A run is still going on.', detail: 'Finished steps are kept, and the run goes on later from where it stopped.',
      buttons: ['Keep it running', 'Stop it and quit'], defaultId: 0, cancelId: 0,
    });
    if (answer === 0) event.preventDefault();
  });
}
