/** What a source offers: files with their size, their pinned revision and the digests that are known of them. */
import type { ExpectedDigests } from '../../../io/download.ts';

export interface SourceFile {
  /** Path below the source's root. */
  readonly name: string;
  readonly url: string;
  readonly size: number;
  /** Generation or commit: what the address is pinned to. */
  readonly revision: string;
  readonly digests: Pick<ExpectedDigests, 'md5' | 'crc32c' | 'sha256'>;
}

export interface SourceAccess {
  /** Bearer token; only in memory, never in an error, a log or a file of ours. */
  readonly token?: string;
  /** Project that pays, for requester-pays buckets. */
  readonly project?: string;
  /** Another server that speaks the same protocol (a mirror, a test). */
  readonly base?: string;
  readonly signal?: AbortSignal;
}
