/** Debian's nginx on a free port of this machine, serving one folder: a real server for downloads. */
import { spawn, spawnSync } from 'node:child_process';
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
  stop(): Promise<void>;
}

/** `rate` limits each connection, in bytes per second. Workers of a root-started nginx must see the test's folder: `user root`. */
export async function startNginx(folder: string, rate = 0): Promise<Nginx> {
  const port = await freePort();
  const root = join(folder, 'www');
  mkdirSync(root, { recursive: true });
  const log = join(folder, 'access.log');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
  writeFileSync(join(folder, 'nginx.conf'), `
    ${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'error.log')};
    events { worker_connections 64; }
    http {
      ${temporary}
      log_format bytes '$body_bytes_sent'; access_log ${log} bytes; sendfile on;
      server { listen 127.0.0.1:${port}; root ${root}; ${rate > 0 ? `limit_rate ${rate};` : ''} }
    }`);
  const child = spawn(nginxPath!, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  // Whoever forgets to stop it is not kept waiting by it.
  child.unref();
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries++) {
    if (await fetch(url).then((response) => response.body?.cancel().then(() => true) ?? true, () => false)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url, root,
    sent: () => readFileSync(log, 'utf8').split('\n').reduce((sum, line) => sum + Number(line), 0),
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
