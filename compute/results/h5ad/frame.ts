/**
 * obs and var as AnnData data frames: an index of texts and columns appended in any order and any portions, each held to
 * the length of its axis when the file is closed.
 */
import { failure } from '../../../protocol/errors.ts';
import type { Dtype } from '../../../protocol/matrix.ts';
import type { Column } from '../../stores/contract.ts';
import type { ArrayStream, ChunkOptions, TextStream } from '../hdf5-writer/stream.ts';
import type { Hdf5Writer } from '../hdf5-writer/writer.ts';
import { sortedLabels } from './labels.ts';
import { arrayEncoding, encoding, memberName, textEncoding } from './uns.ts';

export interface FrameWriter {
  /** The names of the rows. */
  readonly index: TextStream;
  /** Labels as codes into `categories`; -1 is a missing label. @throws internal when categories repeat. */
  categorical(name: string, categories: readonly string[], ordered?: boolean): ArrayStream;
  /** Numbers as they are; bool takes 0 and 1. */
  numbers(name: string, type: Dtype): ArrayStream;
  texts(name: string): TextStream;
  /** A whole column at once. Missing booleans make a nullable-boolean, missing texts a categorical, as anndata 0.8 does. */
  column(name: string, column: Column): Promise<void>;
}

export interface OpenFrame extends FrameWriter {
  /** @throws internal when a column has another length. */
  check(): void;
}

/** The smallest code type of pandas for so many categories. */
export function codeType(categories: number): 'int8' | 'int16' | 'int32' {
  if (categories < 2 ** 7) return 'int8';
  return categories < 2 ** 15 ? 'int16' : 'int32';
}

interface FrameOptions {
  /** 'obs' or 'var'. */
  readonly axis: string;
  /** Rows of the axis. */
  readonly rows: number;
  readonly indexName: string;
  readonly storage: ChunkOptions;
}

export function createFrame(file: Hdf5Writer, options: FrameOptions): OpenFrame {
  const { axis, rows, indexName, storage } = options;
  const columnOrder: string[] = [];
  const lengths: { name: string; stream: { readonly length: number } }[] = [];
  // column-order is filled while columns come and read when the file is closed.
  file.group(axis, { ...encoding('dataframe', '0.2.0'), _index: indexName, 'column-order': columnOrder });

  const counted = <Stream extends { readonly length: number }>(name: string, stream: Stream): Stream => {
    lengths.push({ name, stream });
    return stream;
  };
  const member = (name: string): string => {
    columnOrder.push(name);
    return `${axis}/${memberName(name)}`;
  };
  const array = (name: string, path: string, type: Dtype): ArrayStream =>
    counted(name, file.stream(path, type, { ...storage, attributes: arrayEncoding }));
  const index = counted(indexName, file.textStream(`${axis}/${memberName(indexName)}`, { ...storage, attributes: textEncoding }));

  const frame: OpenFrame = {
    index,
    categorical(name, categories, ordered = false) {
      if (new Set(categories).size < categories.length) throw failure('internal', { detail: `the labels of ${axis}/${name} repeat` });
      const path = member(name);
      file.group(path, { ...encoding('categorical', '0.2.0'), ordered });
      file.texts(`${path}/categories`, categories, [categories.length], textEncoding);
      return array(name, `${path}/codes`, codeType(categories.length));
    },
    numbers: (name, type) => array(name, member(name), type),
    texts: (name) => counted(name, file.textStream(member(name), { ...storage, attributes: textEncoding })),
    async column(name, column) {
      switch (column.kind) {
        case 'categorical':
          return frame.categorical(name, column.categories, column.ordered).append(column.codes);
        case 'string': {
          if (column.missing?.includes(1) === true) {
            const { categories, codes } = sortedLabels(column.values, column.missing);
            return frame.categorical(name, categories).append(codes);
          }
          return frame.texts(name).append(column.values);
        }
        case 'number':
          return frame.numbers(name, column.integer && column.values.every(Number.isSafeInteger) ? 'int64' : 'float64').append(column.values);
        case 'boolean': {
          if (column.missing === null) return frame.numbers(name, 'bool').append(column.values);
          const path = member(name);
          file.group(path, encoding('nullable-boolean', '0.1.0'));
          await array(name, `${path}/values`, 'bool').append(column.values);
          return array(name, `${path}/mask`, 'bool').append(column.missing);
        }
        default:
          column satisfies never;
      }
    },
    check() {
      for (const { name, stream } of lengths) {
        if (stream.length !== rows) throw failure('internal', { detail: `${axis}/${name} got ${stream.length} of ${rows} values` });
      }
    },
  };
  return frame;
}
