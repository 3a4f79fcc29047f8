/** `truckee serve`: the workbench in a browser, on this machine or next to the data. */
import { failure } from '../../../../protocol/errors.ts';
import { openBrowser } from '../../serve/browser.ts';
import { serveWorkbench } from '../../serve/workbench.ts';
import type { Command, CommandContext, OptionSpec } from '../command.ts';

export const serveOptions: Readonly<Record<string, OptionSpec>> = {
  port: { value: 'N', help: 'Port (default: a free one).' },
  host: { value: 'ADDRESS', help: 'Address to listen on (default 127.0.0.1: this machine only).' },
  root: { value: 'DIR', multiple: true, help: 'Folder below which data files may be chosen (default: here and the home folder).' },
  'no-open': { help: 'Do not open a browser.' },
};

export const serve: Command = {
  name: 'serve',
  summary: 'Open the workbench in a browser.',
  usage: '[--port N] [--host ADDRESS] [--no-open]',
  options: serveOptions,
  run: (context) => runWorkbench(context),
};

/** Serves until Ctrl+C. `reason` says why a browser and not a window, when that is worth a word. */
export async function runWorkbench(context: CommandContext, reason?: string): Promise<number> {
  const { options, say } = context;
  const port = options.whole('port') ?? 0;
  if (port > 65_535) throw failure('bad-usage', { command: 'serve', reason: `--port ${port} is beyond 65,535` });
  const served = await serveWorkbench({
    workspacePath: context.workspacePath, host: options.text('host') ?? '127.0.0.1', port, roots: options.all('root'),
  });
  const { heldBy } = served.workbench;
  if (heldBy) say.line(`Another Truckee (process ${heldBy.pid}, since ${heldBy.since}) holds this workspace: it can be looked at here, not changed.`);
  if (reason) say.line(reason);
  say.line(`Workbench: ${served.address}`);
  say.json({ kind: 'serving', address: served.address, port: served.port });
  if (!options.has('no-open')) {
    const refusedBecause = openBrowser(served.address);
    if (refusedBecause) say.line(`Open that address in a browser yourself: ${refusedBecause}. It works once; Ctrl+C stops.`);
  }
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await served.close();
  say.json({ ok: true });
  return 0;
}
