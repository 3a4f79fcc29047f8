/**
 * Who may talk to a served workbench. The key stands once in the address that is printed; the first visit trades it for a
 * cookie of this port that scripts cannot read. Every request, stream or page, must name the right host, and every one that
 * names an origin must name ours: compared as whole strings, so that no pattern can be fooled.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { failure } from '../../../protocol/errors.ts';
import { refusal } from '../handler.ts';

export interface Gate {
  /** The address to open once. */
  readonly address: string;
  /** Null when the request may pass, else the answer to give. */
  check(request: Request): Response | null;
}

export interface GateOptions {
  /** Host names under which this server is meant to be reached, as a browser writes them. */
  readonly hosts: readonly string[];
  readonly port: number;
}

const keyBytes = 32;

export function createGate({ hosts, port }: GateOptions): Gate {
  const key = randomBytes(keyBytes).toString('base64url');
  const session = randomBytes(keyBytes).toString('base64url');
  const cookie = `truckee-${port}`;
  const authorities = new Set(hosts.map((host) => `${host}:${port}`));
  let used = false;
  const no = (reason: string, status = 403): Response => refusal(status, failure('no-access', { reason }).data);

  return {
    address: `http://${hosts[0]}:${port}/?key=${key}`,
    check(request) {
      const url = new URL(request.url);
      const host = request.headers.get('host') ?? '';
      if (!authorities.has(host)) return no('it was reached under another name');
      const origin = request.headers.get('origin');
      if (origin !== null && origin !== `http://${host}`) return no('it was opened by another site');
      const site = request.headers.get('sec-fetch-site');
      const isVisit = request.headers.get('sec-fetch-mode') === 'navigate' && request.method === 'GET';
      if (site !== null && site !== 'same-origin' && site !== 'none' && !isVisit) return no('it was asked for by another site');
      const offered = url.searchParams.get('key');
      if (offered !== null && url.pathname === '/' && request.method === 'GET') {
        if (used || !same(offered, key)) return no('its key was used already or is not right', 401);
        used = true;
        // Strict: the browser sends it only from our own pages.
        return new Response(null, {
          status: 303,
          headers: { location: '/', 'set-cookie': `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
        });
      }
      if (!same(cookieOf(request, cookie) ?? '', session)) return no('it has no session', 401);
      // A form of another site can send neither this type nor a header of its own.
      const plain = request.method === 'GET' || request.method === 'HEAD';
      if (!plain && !/^(application\/json|multipart\/form-data)\b/.test(request.headers.get('content-type') ?? '')) return no('its content type is not one of ours', 415);
      if (!plain && origin === null) return no('it does not say where it comes from');
      return null;
    },
  };
}

function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Takes as long whether the first or the last character differs. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
