/** Electron's own entry: nothing but the real parts handed to the window. */
import * as electron from 'electron';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { useKeychain } from '../../datasets/sources/secrets.ts';
import { utilityEngines } from './utility-engine.ts';
import { openWindow } from './window.ts';

const named = process.argv.indexOf('--workspace');
const workspacePath = resolve(named > 0 ? (process.argv[named + 1] ?? '') : (process.env['TRUCKEE_WORKSPACE'] ?? 'truckee-workspace'));

void electron.app.whenReady().then(() => {
  const { safeStorage } = electron;
  if (safeStorage.isEncryptionAvailable()) useKeychain({ lock: (secret) => safeStorage.encryptString(secret).toString('base64'), unlock: (locked) => safeStorage.decryptString(Buffer.from(locked, 'base64')) });
});
void openWindow(electron, { workspacePath, roots: [process.cwd(), homedir()], startUtility: utilityEngines(electron.utilityProcess) });
