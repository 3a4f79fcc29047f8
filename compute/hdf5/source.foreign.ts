/** Elements whose layout or filters the own reader does not know: sliced by the HDF5 library, slower but right. */
import { failure } from '../../protocol/errors.ts';
import { elementBytesOf } from './datatype.ts';
import { keepIdleInstances, takeIdleInstance } from './instance.ts';
import { probeFile } from './probe.ts';
import type { ElementSource } from './source.ts';
import type { DatasetSpec } from './spec.ts';
import { structureIn, type Structure } from './structure.ts';
import { viewOf } from './views.ts';

const pieceBytes = 4 << 20;

/**
 * To be awaited in a thread right before openArray on these specs when some may be 'foreign': the HDF5 library can only be
 * loaded with waiting, readers are opened without. Returns at once where none is.
 */
export async function prepareForeign(specs: readonly DatasetSpec[]): Promise<void> {
  await keepIdleInstances(specs.filter((spec) => spec.layout.kind === 'foreign').length);
}

/** Takes the instance that prepareForeign has made ready. */
export function foreignSource(spec: DatasetSpec): ElementSource & { close(): void } {
  const structure = openNow(spec);
  const rowElements = spec.shape[1] ?? 1;
  const rowBytes = rowElements * elementBytesOf(spec.dtype);
  return {
    visit: (start, end, sink) => {
      const [rowStart, rowEnd] = [start / rowElements, end / rowElements];
      const step = Math.max(1, Math.floor(pieceBytes / rowBytes));
      for (let row = rowStart; row < rowEnd; row += step) {
        const stop = Math.min(rowEnd, row + step);
        const count = (stop - row) * rowElements;
        // The library gives native byte order whatever the file has.
        sink(viewOf(spec.dtype, structure.rawRows(spec.name, row, stop), count), 0, count, (row - rowStart) * rowElements);
      }
    },
    copy: () => false,
    close: () => structure.close(),
  };
}

function openNow(spec: DatasetSpec): Structure {
  const h5 = takeIdleInstance();
  if (h5 === null) throw failure('internal', { detail: 'an array of a foreign layout was opened before prepareForeign' });
  const probed = probeFile(spec.file);
  try {
    return structureIn(h5, probed);
  } catch (thrown) {
    probed.bytes.close();
    throw thrown;
  }
}
