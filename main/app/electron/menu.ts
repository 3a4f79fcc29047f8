/** The window's menu: the roles everyone expects, the workspace's folder, and what this is. */
import type { MenuItemConstructorOptions } from 'electron';

export interface MenuWords {
  readonly version: string;
  /** Opens the workspace's folder. */
  reveal(): void;
}

export function menuOf({ version, reveal }: MenuWords): MenuItemConstructorOptions[] {
  return [
    { label: 'File', submenu: [{ label: 'Show the workspace folder', click: () => reveal() }, { type: 'separator' }, { role: 'close' }, { role: 'quit' }] },
    { role: 'editMenu' },
    { label: 'View', submenu: [{ role: 'reload' }, { type: 'separator' }, { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' }] },
    { role: 'windowMenu' },
    { label: 'Help', submenu: [{ label: `Truckee ${version}`, enabled: false }] },
  ];
}
