/** `truckee download URL`: a file from far away, resumable and verified. */
import { dirname, resolve } from 'node:path';
import { download as fetchFile, type ExpectedDigests } from '../../../../io/download.ts';
import { nameInAddress } from '../../../../io/http.ts';
import { makeFolder } from '../../../../io/make-folder.ts';
import { failure } from '../../../../protocol/errors.ts';
import { formatBytes, formatSeconds } from '../../../../protocol/format.ts';
import { onePositional, type Command, type OptionValues } from '../command.ts';

const mostParallel = 32;

export const download: Command = {
  name: 'download',
  summary: 'Fetch a file over HTTP(S): in parallel parts, resumed where it stopped, verified before it gets its name.',
  usage: 'URL [--out FILE] [--sha256 HEX] [--md5 DIGEST] [--crc32c BASE64] [--size BYTES]',
  options: {
    out: { value: 'FILE', help: 'Where to (default: the name in the address, in this folder).' },
    sha256: { value: 'HEX', help: 'Digest that must match.' },
    md5: { value: 'DIGEST', help: 'Digest that must match, base64 or hex.' },
    crc32c: { value: 'BASE64', help: 'Checksum that must match, as object stores write it.' },
    size: { value: 'BYTES', help: 'Size that must match.' },
    parallel: { value: 'N', help: 'Connections (default 4).' },
    'header-env': { value: 'VAR', help: 'Environment variable with an Authorization header; it is in no log and no file.' },
  },
  help: () => 'The same command goes on with an unfinished download. A file that changed meanwhile is refused, never mixed.',
  async run(context) {
    const { options, say, signal } = context;
    const url = onePositional(context, 'download', 'URL');
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw failure('bad-usage', { command: 'download', reason: `'${url}' is no web address that begins with http:// or https://` });
    const name = options.text('out') ?? nameInAddress(url);
    if (name === '') throw failure('bad-usage', { command: 'download', reason: 'the address ends without a name: say where to with --out FILE' });
    const target = resolve(name);
    makeFolder(dirname(target));
    const variable = options.text('header-env');
    const secret = variable === undefined ? undefined : process.env[variable];
    if (variable !== undefined && !secret) throw failure('bad-usage', { command: 'download', reason: `the environment variable ${variable} is empty` });
    const expected = expectedOf(options);
    const startedAt = performance.now();
    let lastTold = 0;
    const done = await fetchFile({
      url, target, expected, signal, parallel: Math.min(mostParallel, options.whole('parallel', 1) ?? 4), ...(secret === undefined ? {} : { headers: { Authorization: secret } }),
      onProgress(bytes, total) {
        if (performance.now() - lastTold < 1000 && bytes < total) return;
        lastTold = performance.now();
        say.json({ kind: 'progress', done: bytes, total, unit: 'bytes' });
        say.line(`  ${formatBytes(bytes)} of ${formatBytes(total)}`);
      },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    say.line(`${done.path}: ${formatBytes(done.bytes)} in ${formatSeconds(seconds)}, verified by ${done.verified.join(', ')}`);
    if (done.verified.length === 1) say.line('  - the source gave no digest: only the size could be compared');
    say.json({ ok: true, ...done, seconds });
    return 0;
  },
};

function expectedOf(options: OptionValues): ExpectedDigests {
  const [sha256, md5, crc32c, size] = [options.text('sha256'), options.text('md5'), options.text('crc32c'), options.whole('size')];
  // Not after hours of fetching.
  const wrong = [[sha256, /^[0-9a-f]{64}$/i, '--sha256 needs 64 hexadecimal digits'], [md5, /^([0-9a-f]{32}|[0-9a-z+/]{22}==)$/i, '--md5 needs 32 hexadecimal digits, or base64'], [crc32c, /^[0-9a-z+/]{6}==$/i, '--crc32c needs base64, as object stores write it']] as const;
  for (const [given, pattern, reason] of wrong) if (given !== undefined && !pattern.test(given)) throw failure('bad-usage', { command: 'download', reason: `${reason}, not '${given}'` });
  return { ...(sha256 ? { sha256 } : {}), ...(md5 ? { md5 } : {}), ...(crc32c ? { crc32c } : {}), ...(size === undefined ? {} : { size }) };
}
