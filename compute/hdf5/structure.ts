/**
 * The inside of an HDF5 file: groups, attributes, names, strings and other small things, through the HDF5 library. Large
 * arrays are only described here (describeDataset) and read by plain file reads (openArray).
 */
import { failure } from '../../protocol/errors.ts';
import { attributeReader, type AttributeValue } from './attributes.ts';
import { describeDataset, type HeaderSource } from './describe.ts';
import { elementOf, type Element } from './elements.ts';
import { takeInstance, type H5 } from './instance.ts';
import { openInLibrary } from './library.ts';
import { namesOf, type ObjectKind } from './names.ts';
import { probeFile, type ProbedFile } from './probe.ts';
import { sliceReader } from './slices.ts';
import type { DatasetSpec } from './spec.ts';
import type { RecordColumn } from './unpack.ts';

export interface DatasetInfo {
  /** Elements along each axis; empty for a single value, null when it holds nothing at all. */
  readonly shape: readonly number[] | null;
  readonly element: Element;
}

/**
 * An opened file, or a Zarr store (compute/zarr). Names are absolute (/obs/cell_line) and may run over soft links. All methods can
 * throw corrupt-file, and unsupported-encoding where the type or a link into another file does not allow an answer.
 */
export interface Structure {
  readonly path: string;
  /** On disk, everything together. */
  readonly bytes: number;
  /** Null when there is no such name. */
  kind(name: string): ObjectKind | null;
  /** Names in a group; empty for anything else. */
  children(group: string): readonly string[];
  attributes(name: string): readonly string[];
  /** Undefined when there is no such attribute. */
  attribute(name: string, key: string): AttributeValue | undefined;
  dataset(name: string): DatasetInfo;
  /** Where every byte of an array of numbers is, for openArray. Errors: as describeDataset. */
  describe(name: string): DatasetSpec;
  /** Elements [start, end) of a dataset of strings (1-D, or one value). */
  strings(name: string, start?: number, end?: number): string[];
  /** All elements of a small dataset of numbers or booleans, row-major, any number of axes. */
  numbers(name: string): Float64Array;
  /** Records [start, end) of a 1-D table (AnnData before 0.7), one column per field. */
  records(name: string, start?: number, end?: number): ReadonlyMap<string, RecordColumn>;
  /** Bytes of rows [start, end) along the first axis, native order, unfiltered by the library: for layouts not known here. */
  rawRows(name: string, start: number, end: number): Uint8Array;
  close(): void;
}

/** The inside of an HDF5 file, of which the headers can be walked too. */
export type Hdf5Structure = Structure & HeaderSource;

/** Errors: file-not-found, not-permitted, io-failed, not-hdf5, truncated-file, unsupported-format, corrupt-file. */
export async function openStructure(path: string): Promise<Hdf5Structure> {
  const probed = probeFile(path);
  try {
    return structureIn(await takeInstance(), probed);
  } catch (thrown) {
    probed.bytes.close();
    throw thrown;
  }
}

/** The same with an instance at hand. */
export function structureIn(h5: H5, { bytes, widths }: ProbedFile): Hdf5Structure {
  const path = bytes.path;
  const library = openInLibrary(h5, path);
  const names = namesOf(library);
  const existing = (name: string): string => {
    const found = names.resolve(name);
    if (found === null) throw failure('corrupt-file', { path, element: name, reason: 'it is missing' });
    return found;
  };
  const source: HeaderSource = {
    file: bytes,
    widths,
    headerAddress: (name) => {
      const found = existing(name);
      const reference = library.call(name, (lib, id) => Uint8Array.from(lib.create_object_reference(id, found)));
      return widths.base + Number(new DataView(reference.buffer).getBigUint64(0, true));
    },
  };
  const attributes = attributeReader(library, source);
  const slices = sliceReader(library, source);

  return {
    ...source,
    path,
    bytes: bytes.size,
    describe: (name) => describeDataset(source, name),
    kind: names.kind,
    children: names.children,
    attributes: (name) => attributes.names(existing(name)),
    attribute: (name, key) => attributes.read(existing(name), key),
    dataset: (name) => {
      const metadata = slices.metadata(existing(name));
      return { shape: metadata.shape, element: elementOf(metadata) };
    },
    strings: (name, start, end) => slices.strings(existing(name), start, end),
    numbers: (name) => slices.numbers(existing(name)),
    records: (name, start, end) => slices.records(existing(name), start, end),
    rawRows: (name, start, end) => slices.rawRows(existing(name), start, end),
    close: () => {
      library.close();
      bytes.close();
    },
  };
}
