/**
 * Writes AnnData as a Zarr v2 folder by appending, with the calls of the h5ad writer, so that one exporter fills both.
 * Opens in Python anndata from 0.8 on (read_zarr), lazily too: chunks are cut along cells.
 */
import { failure } from '../../../protocol/errors.ts';
import { frameRows, zarrChunk } from '../../../steps/writing.ts';
import { zlibPacker, type ChunkPacker } from '../../codecs/deflate/packer.ts';
import { codeType } from '../../results/h5ad/frame.ts';
import { arrayEncoding, dictEncoding, encoding, memberName, textEncoding, typeOfNumbers } from '../../results/h5ad/uns.ts';
import type { FrameWriter, Numbers, UnsDict, UnsTable, UnsValue, ResumableCsr } from '../../results/h5ad/index.ts';
import type { AnnDataWriter } from '../anndata.ts';
import { numberStream, scalar, textStream, type Finishing } from './array.ts';
import { createStore, type ZarrStore } from './store.ts';

const denseChunkBytes = 4 << 20;
const mapGroups = ['layers', 'obsm', 'varm', 'obsp', 'varp', 'uns'] as const;

interface Tracked {
  readonly name: string;
  /** Elements it must have in the end; null when open. */
  readonly elements: number | null;
  readonly stream: { readonly length: number; finish(): Promise<void> };
}

/** `packer` (default zlib's threads) stays its owner's to close. @throws disk-full, not-permitted and the like. */
export function createZarr(path: string, axes: { readonly nObs: number; readonly nVars: number; readonly packer?: ChunkPacker }): AnnDataWriter {
  const store = createStore(path, axes.packer ?? zlibPacker);
  store.group('', encoding('anndata', '0.1.0'));
  for (const name of mapGroups) store.group(name, dictEncoding);
  const open: Tracked[] = [];
  const before: (() => Promise<void>)[] = [];
  const rowsOf = (slot: string): number => (slot.startsWith('var') ? axes.nVars : axes.nObs);

  const track = <Stream extends Finishing<{ readonly length: number }>>(name: string, elements: number | null, stream: Stream): Stream => {
    open.push({ name, elements, stream });
    return stream;
  };
  const numbers = (name: string, type: Parameters<typeof numberStream>[2], elements: number | null, chunkRows: number, attributes = {}) =>
    track(name, elements, numberStream(store, name, type, { chunkRows, rowShape: [], attributes }));

  const csr: AnnDataWriter['csr'] = (slot, layout = {}) => {
    const rows = rowsOf(slot);
    const columns = slot.startsWith('obsp/') || slot.startsWith('varp/') ? rows : axes.nVars;
    store.group(slot, { ...encoding('csr_matrix', '0.1.0'), shape: [rows, columns] });
    const data = numbers(`${slot}/data`, layout.valueType ?? 'float32', null, zarrChunk, arrayEncoding);
    const indices = numbers(`${slot}/indices`, layout.indexType ?? 'int32', null, zarrChunk, arrayEncoding);
    const indptr = numbers(`${slot}/indptr`, 'int64', rows + 1, zarrChunk / 4, arrayEncoding);
    let rowsWritten = 0;
    let stored = 0;
    before.push(() => (rowsWritten === 0 ? indptr.append([0]) : Promise.resolve()));
    const parts = { data, indices, indptr };
    const stream: ResumableCsr = {
      get rowsWritten() {
        return rowsWritten;
      },
      get stored() {
        return stored;
      },
      async append(block) {
        if (rowsWritten === 0) await indptr.append([0]);
        const first = block.indptr[0]!;
        const last = block.indptr[block.rows]!;
        await data.append(block.values, first, last);
        await indices.append(block.indices, first, last);
        await indptr.append(Float64Array.from({ length: block.rows }, (_, row) => stored + block.indptr[row + 1]! - first));
        rowsWritten += block.rows;
        stored += last - first;
      },
      settle: () => Promise.resolve(),
      async save() {
        const written: Record<string, number> = { bytes: await store.sync(), rowsWritten, stored };
        const arrays: Record<string, Uint8Array> = {};
        for (const [part, of] of Object.entries(parts)) [written[part], arrays[part]] = [of.save().chunks, of.save().pending];
        return { numbers: written, arrays };
      },
      async restore({ numbers: written, arrays }) {
        await store.goOn(written['bytes']!);
        for (const [part, of] of Object.entries(parts)) of.restore({ chunks: written[part]!, pending: arrays[part] as Uint8Array });
        [rowsWritten, stored] = [written['rowsWritten']!, written['stored']!];
      },
    };
    return stream;
  };

  const frame: AnnDataWriter['frame'] = (axis, indexName = '_index') => {
    const order: string[] = [];
    const rows = rowsOf(axis);
    // column-order is filled while columns come and written when the store is sealed.
    store.group(axis, { ...encoding('dataframe', '0.2.0'), _index: indexName, 'column-order': order });
    const texts = (name: string) => track(name, rows, textStream(store, name, { chunkRows: frameRows, attributes: textEncoding }));
    const member = (name: string): string => {
      order.push(name);
      return `${axis}/${memberName(name)}`;
    };
    const made: FrameWriter = {
      index: texts(`${axis}/${memberName(indexName)}`),
      categorical(name, categories, ordered = false) {
        const path = member(name);
        store.group(path, { ...encoding('categorical', '0.2.0'), ordered });
        const labels = textStream(store, `${path}/categories`, { chunkRows: Math.max(1, categories.length), attributes: textEncoding });
        before.push(() => labels.append(categories));
        track(`${path}/categories`, categories.length, labels);
        return numbers(`${path}/codes`, codeType(categories.length), rows, frameRows, arrayEncoding);
      },
      numbers: (name, type) => numbers(member(name), type, rows, frameRows, arrayEncoding),
      texts: (name) => texts(member(name)),
      async column(name, column) {
        if (column.kind === 'categorical') return made.categorical(name, column.categories, column.ordered).append(column.codes);
        if (column.kind === 'string') return made.texts(name).append(column.values);
        if (column.kind === 'number') return made.numbers(name, column.integer && column.values.every(Number.isSafeInteger) ? 'int64' : 'float64').append(column.values);
        if (column.missing === null) return made.numbers(name, 'bool').append(column.values);
        const path = member(name);
        store.group(path, encoding('nullable-boolean', '0.1.0'));
        await numbers(`${path}/values`, 'bool', rows, frameRows, arrayEncoding).append(column.values);
        return numbers(`${path}/mask`, 'bool', rows, frameRows, arrayEncoding).append(column.missing);
      },
    };
    return made;
  };

  return {
    csr,
    frame,
    dense(slot, columns, type = 'float32') {
      const chunkRows = Math.max(1, Math.floor(denseChunkBytes / (Math.max(1, columns) * (type === 'float32' ? 4 : 8))));
      return track(slot, rowsOf(slot) * columns, numberStream(store, slot, type, { chunkRows, rowShape: [columns], attributes: arrayEncoding }));
    },
    uns(entries) {
      before.push(() => writeUns(store, 'uns', entries));
    },
    async close() {
      for (const act of before) await act();
      for (const { name, elements, stream } of open) {
        if (elements !== null && stream.length !== elements) throw failure('internal', { detail: `${name} got ${stream.length} of ${elements} values` });
        await stream.finish();
      }
      return store.seal();
    },
    abandon: () => undefined,
  };
}

async function writeUns(store: ZarrStore, parent: string, entries: UnsDict): Promise<void> {
  for (const [key, value] of Object.entries(entries)) await writeValue(store, `${parent}/${memberName(key)}`, value);
}

async function writeValue(store: ZarrStore, name: string, value: UnsValue): Promise<void> {
  if (value === null) return;
  if (typeof value === 'string') return scalar(store, name, value, encoding('string', '0.2.0'));
  if (typeof value === 'number' || typeof value === 'boolean') return scalar(store, name, value, encoding('numeric-scalar', '0.2.0'));
  if (Array.isArray(value) && value.length > 0 && typeof value[0] === 'string') {
    const texts: readonly string[] = value;
    const stream = textStream(store, name, { chunkRows: texts.length, attributes: textEncoding });
    await stream.append(texts);
    return stream.finish();
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return writeNumbers(store, name, value as Numbers, []);
  if (isTable(value as UnsTable | UnsDict)) {
    const table = value as UnsTable;
    return writeNumbers(store, name, table.values, [table.columns]);
  }
  store.group(name, dictEncoding);
  return writeUns(store, name, value as UnsDict);
}

async function writeNumbers(store: ZarrStore, name: string, values: Numbers, rowShape: readonly number[]): Promise<void> {
  const stream = numberStream(store, name, typeOfNumbers(values), { chunkRows: Math.max(1, values.length), rowShape, attributes: arrayEncoding });
  await stream.append(values);
  return stream.finish();
}

/** A table is marked by a symbol, which no entry of a dictionary can be. */
function isTable(value: UnsTable | UnsDict): boolean {
  return Object.getOwnPropertySymbols(value).length > 0;
}
