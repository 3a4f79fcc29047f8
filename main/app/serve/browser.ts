/** Opens the user's browser, where there is a screen to open it on. */
import { spawn } from 'node:child_process';

/** Null when a browser was asked for; else why not, in words. */
export function openBrowser(address: string): string | null {
  const [command, ...args] = process.platform === 'darwin' ? ['open', address] : process.platform === 'win32' ? ['cmd', '/c', 'start', '', address] : ['xdg-open', address];
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'there is no screen here';
  try {
    const child = spawn(command!, args, { stdio: 'ignore', detached: true });
    // The address is printed in any case: a browser that does not come is no failure.
    child.on('error', () => undefined);
    child.unref();
    return null;
  } catch {
    return 'no browser could be started';
  }
}
