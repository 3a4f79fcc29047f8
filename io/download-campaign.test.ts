/**
 * Downloads from a server that misbehaves at random (of a known seed) while the clock jumps: whatever comes, the file is right and
 * hardly anything is fetched twice. TRUCKEE_FAULTS=500 makes the campaign as long as a release needs it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { download } from './download.ts';
import { startHostile, type Mischief, type Request } from './hostile-server.cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'truckee-campaign-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.useRealTimers());
const faultsWanted = Number(process.env['TRUCKEE_FAULTS'] ?? 60);
const size = 2_000_003;
const partBytes = 128 * 1024;

/** mulberry32: the same faults in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(`a file is right after any ${faultsWanted} faults, with at most 5 % fetched twice, while the clock jumps`, async () => {
  const random = randomOf(20_261_126);
  const content = Uint8Array.from({ length: size }, () => random() * 256);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const server = await startHostile(content);
  // The date alone is played: pauses and stalls are measured by a clock that nobody sets.
  vi.useFakeTimers({ toFake: ['Date'] });
  const seen = new Map<Mischief['kind'], number>();
  const faults = (): number => [...seen.values()].reduce((sum, count) => sum + count, 0);
  /** Each in its turn, so that all of them come, wherever requests overtake one another. */
  let turn = 0;
  server.mischief = ({ start, end }: Request): Mischief | null => {
    if (random() < 0.5) return null;
    vi.setSystemTime(Math.floor(random() * 4e12));
    const after = Math.floor(random() * (end - start));
    const choices: Mischief[] = [
      { kind: 'cut', after }, { kind: 'encoded' }, { kind: 'status', status: 503 }, { kind: 'other-range' }, { kind: 'cut', after: 0 }, { kind: 'status', status: 429, retryAfter: new Date().toUTCString() },
      { kind: 'whole' }, { kind: 'status', status: 408 }, { kind: 'status', status: 503, retryAfter: 'soon' }, { kind: 'redirect', to: server.url }, { kind: 'status', status: 429, retryAfter: '0' },
    ];
    const chosen = choices[turn++ % choices.length]!;
    // The first answer decides how the file is asked for: a server without ranges is another test.
    if (end - start < 2 && ['encoded', 'whole', 'other-range'].includes(chosen.kind)) return null;
    seen.set(chosen.kind, (seen.get(chosen.kind) ?? 0) + 1);
    return chosen;
  };
  for (let file = 0; faults() < faultsWanted; file++) {
    const target = join(folder, `${file}.bin`);
    // Stopped in the middle now and then, as people do.
    for (let sitting = 0; !existsSync(target); sitting++) {
      const stop = new AbortController();
      const until = sitting < 2 ? random() * size : Infinity;
      let had: number | null = null;
      const onProgress = (bytes: number): void => {
        had ??= bytes;
        if (bytes > until) stop.abort();
      };
      const done = await download({ url: server.url, target, partBytes, pauseMs: 1, tries: 60, expected: { size, sha256 }, signal: stop.signal, onProgress }).catch((thrown: unknown) => {
        expect(thrown).toMatchObject({ data: { kind: 'cancelled' } });
        return null;
      });
      if (done !== null) expect(done.fetched, `file ${file}`).toBeLessThanOrEqual(1.05 * (size - had!));
    }
    expect(createHash('sha256').update(readFileSync(target)).digest('hex')).toBe(sha256);
    rmSync(target);
  }
  expect([...seen.keys()].sort()).toEqual(['cut', 'encoded', 'other-range', 'redirect', 'status', 'whole']);
  await server.close();
});
