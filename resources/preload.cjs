// The only bridge between the window's pages and the system: two words and one wish. Plain CommonJS, because the sandbox
// loads nothing else.
const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('truckee', {
  shell: 'window',
  /** Shows an export of this workspace in its folder. */
  reveal: (folder, name) => ipcRenderer.invoke('reveal', String(folder), String(name)),
});
