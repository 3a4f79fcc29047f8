/** Fingerprint of a step: what it is, how it is set, and everything its numbers can depend on. */
import { createHash } from 'node:crypto';
import { asFingerprint, type Fingerprint } from '../../protocol/ids.ts';

export function stepFingerprint(parts: {
  readonly step: string;
  readonly version: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly genes: string;
  readonly inputs: readonly Fingerprint[];
}): Fingerprint {
  return asFingerprint(createHash('sha256').update(canonical(parts)).digest('hex'));
}

/** JSON with sorted keys: equal values give equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
