/** The parts of Electron that the window uses: what a test has to play, and nothing else is reached for. */
import type * as Electron from 'electron';

export interface ElectronParts {
  readonly app: {
    setName(name: string): void;
    requestSingleInstanceLock(): boolean;
    whenReady(): Promise<void>;
    quit(): void;
    exit(code: number): void;
    on(event: 'second-instance' | 'window-all-closed', listener: () => void): unknown;
  };
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => WindowPart;
  readonly protocol: {
    registerSchemesAsPrivileged(schemes: Electron.CustomScheme[]): void;
    handle(scheme: string, handler: (request: Request) => Promise<Response>): void;
  };
  readonly session: {
    readonly defaultSession: {
      setPermissionRequestHandler(handler: (contents: unknown, permission: string, callback: (granted: boolean) => void) => void): void;
      setPermissionCheckHandler(handler: (contents: unknown, permission: string) => boolean): void;
    };
  };
  readonly Menu: { buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): object; setApplicationMenu(menu: object | null): void };
  readonly dialog: { showMessageBoxSync(options: Electron.MessageBoxSyncOptions): number; showErrorBox(title: string, content: string): void };
  readonly shell: { openExternal(url: string): Promise<void>; showItemInFolder(path: string): void; openPath(path: string): Promise<string> };
  readonly powerSaveBlocker: { start(type: 'prevent-app-suspension'): number; stop(id: number): unknown };
  readonly ipcMain: { handle(channel: string, listener: (event: IpcEvent, ...args: unknown[]) => unknown): void };
}

export interface IpcEvent {
  readonly senderFrame: { readonly url: string } | null;
}

export interface WindowPart {
  loadURL(url: string): Promise<void>;
  show(): void;
  focus(): void;
  isMinimized(): boolean;
  restore(): void;
  on(event: 'close', listener: (event: { preventDefault(): void }) => void): unknown;
  once(event: 'ready-to-show', listener: () => void): unknown;
  readonly webContents: {
    setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void;
    on(event: 'will-navigate' | 'will-attach-webview', listener: (event: { preventDefault(): void }, url: string) => void): unknown;
  };
}
