/** Finds a Python for tests that hold our numbers against those of its libraries. */
import { spawnSync } from 'node:child_process';

const candidates = [process.env['TRUCKEE_PYTHON'], 'python3', '/usr/bin/python3'].filter((name) => name !== undefined);

/** The first Python that has these packages; null where none has, and tests that need one are then skipped by name. They are looked for, not loaded: loading takes seconds. */
export function pythonWith(...packages: readonly string[]): string | null {
  const look = `import sys; from importlib.util import find_spec; sys.exit(any(find_spec(name) is None for name in ${JSON.stringify(packages)}))`;
  return candidates.find((name) => spawnSync(name, ['-c', look], { timeout: 60_000 }).status === 0) ?? null;
}
