/** Things that several test files begin with: made once in a run of the tests, by whoever comes first. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Named by vitest.config.ts, which takes it away in the end. */
const root = process.env['TRUCKEE_TEST_SHARED'] ?? join(tmpdir(), `truckee-shared-${process.pid}`);

/** The folder that `make` filled; not to be changed by whoever gets it. @throws what `make` threw, for everybody who asks. */
export async function sharedFolder(name: string, make: (folder: string) => void | Promise<void>): Promise<string> {
  const folder = join(root, name);
  const said = `${folder}.made`;
  mkdirSync(root, { recursive: true });
  if (isFirst(folder)) {
    const problem = await Promise.resolve(folder).then(make).then(() => '', (thrown: unknown) => String(thrown) || 'it failed');
    writeFileSync(`${said}.new`, problem);
    renameSync(`${said}.new`, said);
  }
  while (!existsSync(said)) await pause(50);
  const problem = readFileSync(said, 'utf8');
  if (problem !== '') throw new Error(`${name} could not be made: ${problem}`);
  return folder;
}

/** Making a folder happens once, whoever else tries at the same time. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
