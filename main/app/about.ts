/** What this program is made of and runs on: for the About page, the diagnostic text and bug reports. */
import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { About } from '../../protocol/api.types.ts';
import { packageRoot, version } from '../version.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>>;
}

export function about(shell: About['shell']): About {
  return {
    version, shell,
    machine: {
      os: `${platform()} ${release()}`, cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), node: process.versions.node,
      gpu: 'not used',
    },
    packages: packages(),
  };
}

/** Packages that run with the program, direct ones first; from the lock where there is one. */
function packages(): About['packages'] {
  const manifest = readJson<Manifest>('package.json') ?? {};
  const direct = new Set(Object.keys(manifest.dependencies ?? {}));
  const lock = readJson<Lock>('package-lock.json');
  const found = lock
    ? Object.entries(lock.packages).filter(([place, entry]) => place.startsWith('node_modules/') && entry.dev !== true)
        .map(([place, entry]) => ({ name: place.slice(place.lastIndexOf('node_modules/') + 13), version: entry.version ?? '', license: entry.license ?? 'see package' }))
    : Object.entries(manifest.dependencies ?? {}).map(([name, wanted]) => ({ name, version: wanted, license: 'see package' }));
  return found.map((one) => ({ ...one, direct: direct.has(one.name) })).sort((a, b) => Number(b.direct) - Number(a.direct) || a.name.localeCompare(b.name));
}

function readJson<T>(name: string): T | null {
  try {
    return JSON.parse(readFileSync(join(packageRoot, name), 'utf8')) as T;
  } catch {
    // An installed package carries no lock.
    return null;
  }
}
