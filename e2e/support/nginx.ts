/** Debian's nginx on a free port of this machine, serving one folder: a real server for downloads. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

const candidates = ['nginx', '/usr/sbin/nginx'];

/** Null where there is none: tests that need it are then skipped by name. */
export const nginxPath: string | null = candidates.find((path) => spawnSync(path, ['-v']).status === 0) ?? null;

export interface Nginx {
  readonly url: string;
  readonly root: string;
  /** Bytes of bodies sent so far, from the access log. */
  sent(): number;
  /** Ranges sent so far, first and last byte of each. */
  ranges(): [number, number][];
  stop(): Promise<void>;
}

const slowFrom = 30_000_000;

/**
 * `rate` limits each connection, in bytes per second. A file `crawl` in `folder` makes what lies behind the first 30 MB come
 * at 64 KiB/s: the middle of a download lasts as long as a test needs it. Workers of a root-started nginx must see the folder.
 */
export async function startNginx(folder: string, rate = 0): Promise<Nginx> {
  const root = join(folder, 'www');
  mkdirSync(root, { recursive: true });
  const log = join(folder, 'access.log');
  const mark = `mark-${randomUUID()}`;
  writeFileSync(join(root, mark), mark);
  // Between finding a free port and listening on it, another program may take it.
  for (let tries = 0; tries < 5; tries++) {
    const port = await freePort();
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, root, log, port, rate));
    const child = spawn(nginxPath!, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    // Whoever forgets to stop it is not kept waiting by it.
    child.unref();
    const url = `http://127.0.0.1:${port}`;
    const answers = (): Promise<boolean> => fetch(`${url}/${mark}`).then(async (response) => (await response.text()) === mark, () => false);
    while (child.exitCode === null && child.signalCode === null) {
      if (await answers()) return running(child, url, root, log);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nginx did not start: see ${join(folder, 'nginx.conf')}`);
}

function configuration(folder: string, root: string, log: string, port: number, rate: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
  return `
    ${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'error.log')};
    events { worker_connections 64; }
    http {
      ${temporary}
      log_format bytes '$body_bytes_sent $http_range'; access_log ${log} bytes; sendfile on;
      server {
        listen 127.0.0.1:${port}; root ${root};
        ${rate > 0 ? `set $limit_rate ${rate};` : ''}
        set $crawl "";
        if (-f ${join(folder, 'crawl')}) { set $crawl on; }
        set $crawling "$crawl$http_range";
        if ($crawling ~ "^onbytes=([${String(slowFrom)[0]}-9]\\d{${String(slowFrom).length - 1}}|\\d{${String(slowFrom).length + 1},})-") { set $limit_rate 64k; }
      }
    }`;
}

function running(child: ChildProcess, url: string, root: string, log: string): Nginx {
  const lines = (): string => readFileSync(log, 'utf8');
  return {
    url, root,
    ranges: () => [...lines().matchAll(/^\d+ bytes=(\d+)-(\d+)$/gm)].map(([, first, last]) => [Number(first), Number(last)]),
    sent: () => lines().split('\n').reduce((sum, line) => sum + Number(line.split(' ')[0]), 0),
    stop: () => new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    }),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
