/** Bodies of HTTP/1.1 answers: tells which of the bytes that arrive are content, and when it is complete. */
import type { Framing } from './head.ts';

export interface BodyReader {
  /** The content in `bytes` from `at` on: a view of it (maybe empty) and where to go on. */
  take(bytes: Uint8Array, at: number): { readonly content: Uint8Array; readonly next: number };
  readonly complete: boolean;
  /** Whether the end of the connection is the end of the body. */
  readonly endsWithConnection: boolean;
}

export function readBody(framing: Framing): BodyReader {
  if (framing.kind === 'chunked') return readChunked();
  let left = framing.kind === 'length' ? framing.length : Number.POSITIVE_INFINITY;
  return {
    take(bytes, at) {
      const content = bytes.subarray(at, Math.min(bytes.length, at + left));
      left -= content.length;
      return { content, next: at + content.length };
    },
    get complete() {
      return left === 0;
    },
    endsWithConnection: framing.kind === 'to-end',
  };
}

/** Longest line between chunks: a size with extensions, or a trailer. */
const mostLine = 4096;

function readChunked(): BodyReader {
  let left = 0;
  let line = '';
  let state: 'size' | 'content' | 'after' | 'trailer' | 'complete' = 'size';
  const endOfLine = (text: string): void => {
    if (state === 'after') {
      if (text !== '') throw new Error('a chunk of the answer is longer than it says');
      state = 'size';
    } else if (state === 'size') {
      const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(text)?.[1];
      if (size === undefined) throw new Error('the size of a chunk cannot be read');
      left = Number.parseInt(size, 16);
      state = left === 0 ? 'trailer' : 'content';
    } else if (text === '') state = 'complete';
  };
  return {
    take(bytes, start) {
      let at = start;
      while (at < bytes.length && state !== 'complete') {
        if (state === 'content') {
          const content = bytes.subarray(at, Math.min(bytes.length, at + left));
          left -= content.length;
          if (left === 0) state = 'after';
          return { content, next: at + content.length };
        }
        const character = bytes[at++]!;
        if (character === 10) {
          endOfLine(line.replace(/\r$/, ''));
          line = '';
        } else if ((line += String.fromCharCode(character)).length > mostLine) throw new Error('a line between chunks is too long');
      }
      return { content: bytes.subarray(0, 0), next: at };
    },
    get complete() {
      return state === 'complete';
    },
    endsWithConnection: false,
  };
}
