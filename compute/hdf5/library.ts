/** One file opened in the HDF5 library (WASM), with every call guarded: whatever is thrown becomes a corrupt-file error. */
import { failure, isTruckeeError, messageOf } from '../../protocol/errors.ts';
import { openBytes, type FileBytes } from '../../io/file.ts';
import { readStub } from '../../io/remote/stub.ts';
import { giveBack, type H5 } from './instance.ts';

export interface LibraryFile {
  readonly path: string;
  /**
   * Runs `act` on the library. `element` names what is being read, for the error. After a trap the instance is of no use:
   * that and every later call is a corrupt-file error.
   */
  call<T>(element: string, act: (h5: H5, fileId: bigint) => T): T;
  close(): void;
}

/** Opens `path` (already probed) for reading in `h5`, which the file then owns. Errors: corrupt-file. */
export function openInLibrary(h5: H5, path: string): LibraryFile {
  let clean = true;
  let trapped: string | null = null;
  let fileId: bigint | null = null;
  const remote = readRemotely(h5, path);

  const guarded = <T>(element: string, act: () => T): T => {
    if (trapped !== null) throw failure('corrupt-file', { path, element, reason: trapped });
    try {
      return act();
    } catch (thrown) {
      clean = false;
      if (remote.failed() !== null) throw remote.failed();
      if (isTruckeeError(thrown)) throw thrown;
      const words = libraryWords(thrown);
      if (words === null) trapped = 'reading it broke the HDF5 library, which happens only with damaged files';
      throw failure('corrupt-file', { path, element, reason: words ?? trapped ?? '' }, words === null ? firstLine(thrown) : undefined);
    }
  };

  const close = (): void => {
    if (fileId === null) return;
    const id = fileId;
    fileId = null;
    try {
      if (trapped === null) guarded('the file', () => h5.close_file(id));
    } catch (thrown) {
      // Closing a damaged file may fail too; its instance is thrown away below, so nothing is lost.
      if (!isTruckeeError(thrown)) throw thrown;
    } finally {
      remote.end();
      giveBack(h5, clean);
    }
  };

  try {
    fileId = guarded('the file', () => h5.open(path, h5.H5F_ACC_RDONLY, false, -1, -1));
    if (fileId < 0n) throw failure('corrupt-file', { path, element: 'the file', reason: 'the HDF5 library cannot open it' });
  } catch (thrown) {
    remote.end();
    giveBack(h5, false);
    throw thrown;
  }
  return {
    path,
    call: (element, act) =>
      guarded(element, () => {
        if (fileId === null) throw new Error('the file has been closed');
        return act(h5, fileId);
      }),
    close,
  };
}

interface RemoteReads { failed(): unknown; end(): void }

type ReadCall = (stream: { path?: string }, buffer: Uint8Array, offset: number, length: number, position: number | undefined) => number;

/** The library reads its file through the file system of its own: for a remote one that call fetches what is not here. */
function readRemotely(h5: H5, path: string): RemoteReads {
  if (readStub(path) === null) return { failed: () => null, end: () => undefined };
  const system = h5.FS as { read: ReadCall };
  const usual = system.read;
  const bytes: FileBytes = openBytes(path);
  let failed: unknown = null;
  system.read = (stream, buffer, offset, length, position) => {
    if (stream.path !== path || position === undefined) return usual.call(system, stream, buffer, offset, length, position);
    try {
      const count = Math.max(0, Math.min(length, bytes.size - position));
      bytes.readInto(position, new Uint8Array(buffer.buffer, buffer.byteOffset + offset, count));
      return count;
    } catch (thrown) {
      // The library knows only that a read failed: what it was is told in its place.
      failed = thrown;
      throw thrown;
    }
  };
  return {
    failed: () => failed,
    end() {
      system.read = usual;
      bytes.close();
    },
  };
}

/** The innermost line of an HDF5 error stack, which names the cause; null when the error is none of the library's own. */
function libraryWords(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || thrown.name === 'RuntimeError' || thrown instanceof RangeError) return null;
  const stack = [...thrown.message.matchAll(/in \w+\(\): (.+)/g)].map((match) => match[1]!.trim());
  if (stack.length > 0) return stack.at(-1)!;
  return thrown.message.startsWith('HDF5-DIAG') ? 'the HDF5 library gives no reason' : thrown.message.slice(0, 200);
}

/** The library's messages can be pages long (its whole code is one line). */
function firstLine(thrown: unknown): string {
  return messageOf(thrown).split('\n')[0]!.slice(0, 200);
}
