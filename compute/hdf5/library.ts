/** One file opened in the HDF5 library (WASM), with every call guarded: whatever is thrown becomes a corrupt-file error. */
import { failure, isTruckeeError, messageOf } from '../../protocol/errors.ts';
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

  const guarded = <T>(element: string, act: () => T): T => {
    if (trapped !== null) throw failure('corrupt-file', { path, element, reason: trapped });
    try {
      return act();
    } catch (thrown) {
      clean = false;
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
      giveBack(h5, clean);
    }
  };

  try {
    fileId = guarded('the file', () => h5.open(path, h5.H5F_ACC_RDONLY, false, -1, -1));
    if (fileId < 0n) throw failure('corrupt-file', { path, element: 'the file', reason: 'the HDF5 library cannot open it' });
  } catch (thrown) {
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
