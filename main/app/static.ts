/** The workbench's own pages: what the build left in dist/renderer, listed once so that no path is ever looked up on disk. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { packageRoot } from '../version.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.png': 'image/png', '.json': 'application/json', '.wasm': 'application/wasm', '.ico': 'image/x-icon',
};

/** Scripts and styles of our own only; images also from data and blobs (pictures drawn in the page). */
const policy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:", "connect-src 'self'",
  "worker-src 'self' blob:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');

/** On every answer, pages and data alike. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin', 'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=()',
};

export type StaticFiles = (path: string, headOnly: boolean) => Response;

export function createStaticFiles(folder = join(packageRoot, 'dist', 'renderer')): StaticFiles {
  const known = new Map<string, string>();
  if (existsSync(folder)) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) known.set(`/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')}`, join(entry.parentPath, entry.name));
    }
  }
  return (path, headOnly) => {
    // Any other address is a place inside the workbench, which reads it from the page's own address.
    const found = known.get(path) ?? (extname(path) === '' ? known.get('/index.html') : undefined);
    if (found === undefined) {
      const words = known.size === 0 ? 'The workbench is not built: run npm run build.' : 'There is nothing here.';
      return new Response(words, { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    }
    const hashed = /[.-][\w-]{8,}\.\w+$/.test(found) && !found.endsWith('.html');
    return new Response(headOnly ? null : readFileSync(found), {
      headers: { 'content-type': types[extname(found)] ?? 'application/octet-stream', 'cache-control': hashed ? 'private, max-age=31536000, immutable' : 'no-cache' },
    });
  };
}
