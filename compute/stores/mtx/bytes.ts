/** Bytes of a text file, unpacked when its name ends in .gz, in pieces as they come. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { failure, isTruckeeError, messageOf, systemFailure } from '../../../protocol/errors.ts';

/** Pieces in order. Errors: file-not-found, not-permitted, io-failed, corrupt-file (damaged gzip). */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  const stream = path.endsWith('.gz') ? file.pipe(createGunzip({ chunkSize: 1 << 18 })) : file;
  file.once('error', (error) => stream.destroy(error));
  try {
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (thrown) {
    if (isTruckeeError(thrown)) throw thrown;
    throw systemFailure(thrown, path) ?? failure('corrupt-file', { path, element: 'the text', reason: messageOf(thrown) }, thrown);
  } finally {
    stream.destroy();
    file.destroy();
  }
}

/** Lines without their ends; a last line without one counts. */
export async function* fileLines(path: string): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of fileBytes(path)) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest.endsWith('\r') ? rest.slice(0, -1) : rest;
}

/** A line longer than this is not text that was meant to be read. */
const longestLine = 16 * 1024 * 1024;
const newline = 10;

/** Pieces that end with a line's end; one is added to the last line where it is missing. */
export async function* wholeLines(path: string): AsyncGenerator<Uint8Array, void, void> {
  let rest = new Uint8Array(0);
  for await (const piece of fileBytes(path)) {
    const end = piece.lastIndexOf(newline) + 1;
    if (end > 0) yield joined(rest, piece.subarray(0, end));
    rest = joined(end > 0 ? new Uint8Array(0) : rest, piece.subarray(end));
    if (rest.length > longestLine) throw failure('corrupt-file', { path, element: 'the text', reason: 'a line never ends' });
  }
  if (rest.length > 0) yield joined(rest, Uint8Array.of(newline));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
