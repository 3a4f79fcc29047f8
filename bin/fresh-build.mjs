// Before the tests: they start the built program, so it has to be the one of these sources.
import { buildIfNeeded } from './build.mjs';

export default async function setup() {
  if (!(await buildIfNeeded(process.execPath))) throw new Error('The build failed; see above.');
}
