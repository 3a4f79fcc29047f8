/** Many files from a local nginx: verified downloads against curl, which verifies nothing. Network and disk are the same for both. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxPath, startNginx } from '../../e2e/support/nginx.ts';
import type { PairedCase, Round } from '../harness/case.ts';
import { oursProgram, peerProgram } from '../harness/truckee.ts';

const files = 8;
const fileBytes = 128 * 1024 * 1024;
/** Of our whole process, the bench's own program included. */
const mostBytes = 200 * 1024 * 1024;

let serving: Promise<string> | null = null;

/** Started once; its processes end with this one. The answer is a list of files with their digests. */
async function serve({ scratch }: Round): Promise<string> {
  if (nginxPath === null) throw new Error('this bench needs nginx');
  const folder = join(scratch, '..', 'nginx');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const server = await startNginx(folder);
  process.once('exit', () => {
    void server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const list = Array.from({ length: files }, (_, i) => {
    const content = randomBytes(fileBytes);
    writeFileSync(join(server.root, `${i}.bin`), content);
    return { name: `${i}.bin`, url: `${server.url}/${i}.bin`, size: fileBytes, sha256: createHash('sha256').update(content).digest('hex'), md5: createHash('md5').update(content).digest('base64') };
  });
  const path = join(folder, 'list.json');
  writeFileSync(path, JSON.stringify(list));
  return path;
}

const prepare = async (round: Round): Promise<void> => void (await (serving ??= serve(round)));

function caseOf(digest: 'sha256' | 'md5', leastRatio: number): PairedCase {
  return {
    kind: 'paired',
    title: `8 files of 128 MiB from a local nginx, verified by ${digest}, against curl without verification`,
    reach: `at least ${leastRatio}x curl --parallel, at most 200 MiB of memory`,
    metric: 'seconds', leastRatio, data: 'none',
    ours: { prepare, command: ({ scratch }) => oursProgram('download', join(scratch, '..', 'nginx', 'list.json'), join(scratch, 'out'), digest) },
    peer: { prepare, command: ({ scratch }) => peerProgram('download', join(scratch, '..', 'nginx', 'list.json'), join(scratch, 'out')) },
    async compare(ours, peer) {
      const problems = ours.answer['bytes'] === peer.answer['bytes'] ? [] : [`${String(ours.answer['bytes'])} bytes here, ${String(peer.answer['bytes'])} there`];
      if (ours.answer['verified'] !== files) problems.push(`${String(ours.answer['verified'])} files were verified`);
      if (ours.peakPssBytes > mostBytes) problems.push(`it took ${ours.peakPssBytes} bytes of memory`);
      return problems;
    },
  };
}

export const download = caseOf('sha256', 0.8);
/** What a bucket offers for large files; MD5 takes twice the time of SHA-256 on today's processors. */
export const downloadMd5 = caseOf('md5', 0.6);
