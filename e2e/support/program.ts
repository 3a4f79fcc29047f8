/** The program under test: as it is built for its users, on the Node that the tests run on. */
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** Put before the arguments of a command. */
export const program: readonly string[] = [process.execPath, '--no-warnings', join(root, 'dist/main/app/cli/index.js')];
