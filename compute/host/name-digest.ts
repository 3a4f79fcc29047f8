/**
 * One pass over all cell names: their digest, and whether the file is the same cells several times over (fourteen copies of
 * one plate have been published as a merge of fourteen plates).
 */
import { createHash, type Hash } from 'node:crypto';
import type { PlateFile } from '../stores/contract.ts';

export interface NameDigest {
  readonly digest: string;
  /** 1, or how often the same list of names is repeated from the first row to the last. */
  readonly copies: number;
}

const sliceRows = 200_000;

export function digestNames(plate: Pick<PlateFile, 'nObs' | 'obsNames'>): NameDigest {
  const whole = createHash('sha256');
  const segments = createSegments();
  for (let row = 0; row < plate.nObs; row += sliceRows) {
    const names = plate.obsNames(row, Math.min(plate.nObs, row + sliceRows));
    whole.update(names.join('\n')).update('\n');
    segments.add(names);
  }
  return { digest: whole.digest('hex'), copies: segments.copies() };
}

/** A segment begins wherever the very first name comes again; a repeated list gives equal segments. */
function createSegments(): { add(names: readonly string[]): void; copies(): number } {
  let first: string | null = null;
  let hash: Hash | null = null;
  let rows = 0;
  const digests = new Set<string>();
  let ended = 0;
  const end = (): void => {
    if (hash === null) return;
    digests.add(`${rows}:${hash.digest('hex')}`);
    ended += 1;
    [hash, rows] = [null, 0];
  };
  return {
    add(names) {
      // Once two segments differ there is nothing left to find, and hashing twice would only cost time.
      if (digests.size > 1) return;
      let from = 0;
      const flush = (to: number): void => {
        if (to > from) hash = (hash ?? createHash('sha256')).update(names.slice(from, to).join('\n')).update('\n');
        rows += to - from;
        from = to;
      };
      for (let i = 0; i < names.length; i++) {
        first ??= names[i]!;
        if (names[i] !== first) continue;
        flush(i);
        end();
      }
      flush(names.length);
    },
    copies() {
      end();
      return digests.size === 1 ? Math.max(1, ended) : 1;
    },
  };
}
