/**
 * Tokens of sources in one file that only its owner may read; never in a workspace, which people copy and share. Where the
 * window has the system's keychain, what is in the file is locked by it.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import { settingsFolder } from '../../settings.ts';

/** The system's keychain, as the window hands it over. */
export interface Keychain {
  lock(secret: string): string;
  unlock(locked: string): string;
}

let keychain: Keychain | null = null;

export function useKeychain(system: Keychain | null): void {
  keychain = system;
}

/** Begins what only the keychain can read. */
const lockedMark = 'keychain:';

export interface Secrets {
  readonly place: 'keychain' | 'file';
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  remove(name: string): boolean;
  names(): string[];
}

export function secretsPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(settingsFolder(env), 'secrets.json');
}

/** @throws not-permitted when others may read the file */
export function openSecrets(path = secretsPath()): Secrets {
  const read = (): Record<string, string> => {
    let text: string;
    try {
      if ((statSync(path).mode & 0o077) !== 0 && process.platform !== 'win32') throw failure('not-permitted', { path, code: 'others may read it: chmod 600' });
      text = readFileSync(path, 'utf8');
    } catch (cause) {
      if (systemFailure(cause, path)?.kind === 'file-not-found') return {};
      throw systemFailure(cause, path) ?? cause;
    }
    try {
      return JSON.parse(text) as Record<string, string>;
    } catch {
      // The parser's message would quote the text: it must not get out.
      throw failure('corrupt-file', { path, element: 'the list of secrets', reason: 'it is not JSON' });
    }
  };
  const write = (all: Readonly<Record<string, string>>): void => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, JSON.stringify(all), { mode: 0o600, flush: true });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  };
  return {
    place: keychain === null ? 'file' : 'keychain',
    get(name) {
      const kept = read()[name];
      if (!kept?.startsWith(lockedMark)) return kept;
      if (keychain === null) throw failure('not-permitted', { path, code: `the token of ${name} is locked by the keychain: give it again here` });
      return keychain.unlock(kept.slice(lockedMark.length));
    },
    set: (name, value) => write({ ...read(), [name]: keychain === null ? value : `${lockedMark}${keychain.lock(value)}` }),
    remove(name) {
      const { [name]: gone, ...rest } = read();
      if (gone !== undefined) write(rest);
      return gone !== undefined;
    },
    names: () => Object.keys(read()).sort(),
  };
}
