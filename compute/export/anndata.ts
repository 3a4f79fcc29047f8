/** Fills an AnnData file of any container (h5ad, Zarr) from the results of a run, slice by slice. */
import { openStored } from '../results/array.ts';
import type { ArrayStream, CsrState, FrameWriter, H5adWriter, ResumableCsr, TextStream } from '../results/h5ad/index.ts';
import type { Plate } from '../matrix/plates.ts';
import { failure } from '../../protocol/errors.ts';
import type { CellAxis } from './axis.ts';
import { graphNames, graphRows } from './graph.ts';
import { memberNames } from './names.ts';
import type { ObsColumn, ObsPlan } from './obs-plan.ts';
import { obsRows, type ObsValues } from './obs-rows.ts';
import type { RowCrew } from './crew/crew.ts';
import { rowTasks, type Lognorm } from './rows.ts';
import type { FoundSlots } from '../results/slots.ts';
import { unsEntries } from './unstructured.ts';

/** A container that is written by appending; the h5ad writer is one, the Zarr writer another. */
export type AnnDataWriter = Pick<H5adWriter, 'csr' | 'dense' | 'frame' | 'uns' | 'close' | 'abandon'>;

export interface AnnDataSource {
  readonly axis: CellAxis;
  readonly slots: FoundSlots;
  readonly plates: readonly Plate[];
  readonly genes: readonly string[];
  readonly obs: ObsPlan;
  /** null: X is left out. */
  readonly x: { readonly lognorm: Lognorm | null; readonly crew: RowCrew } | null;
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Some of the plates are generated. */
  readonly demo: boolean;
  readonly signal: AbortSignal;
  /** Where checkpoints of X are kept; null: none are, and none is gone on with. */
  readonly progress: XProgress | null;
  /** Work done in cells; every cell counts once for obs and once for X. */
  report(done: number, total: number): void;
}

/** How far X has come, in a place that outlives this process. */
export interface XProgress {
  load(): CsrState | null;
  /** Tells whether it is time to save; one who is stopped saves anyway. */
  due(): boolean;
  save(state: CsrState): void;
}

/** Rows of an embedding or a frame appended at once. */
const rowsAtATime = 65_536;

/** Writes everything and closes; returns the size in bytes. Adds to `notes` what could not be taken over as it is. */
export async function writeAnnData(writer: AnnDataWriter, source: AnnDataSource, notes: string[]): Promise<number> {
  try {
    const total = source.axis.kept * (source.x === null ? 1 : 2);
    await writeObs(writer, source, notes, (done) => source.report(done, total));
    await writeVar(writer.frame('var'), source);
    await writeEmbeddings(writer, source);
    for (const name of graphNames(source.slots)) {
      const csr = writer.csr(`obsp/${name}`);
      for (const block of graphRows(source.slots, name, source.axis)) {
        stopIfCancelled(source.signal);
        await csr.append(block);
      }
    }
    if (source.x !== null) await writeX(writer.csr('X', { mostStored: storedIn(source) }), source, source.x, (done) => source.report(source.axis.kept + done, total));
    writer.uns(unsEntries(source.slots, { ...source.provenance, plate_column: source.obs.plateColumn }, { logged: source.x?.lognorm != null, demo: source.demo }));
    return await writer.close();
  } catch (thrown) {
    writer.abandon();
    throw thrown;
  }
}

/** Upper bound of the entries of X. Below 2^31 they take 32-bit indices, as scipy would choose: half the bytes to shuffle and pack. */
const storedIn = ({ plates, axis, genes }: AnnDataSource): number =>
  Math.min(axis.kept * genes.length, plates.reduce((sum, { spec }) => sum + spec.facts.stored, 0));

async function writeObs(writer: AnnDataWriter, source: AnnDataSource, notes: string[], report: (done: number) => void): Promise<void> {
  const { columns } = source.obs;
  const frame = writer.frame('obs');
  const names = memberNames(columns.map((column) => column.name), notes);
  const appenders = columns.map((column, i) => appender(frame, column, names[i]!));
  for await (const { slice, names: cells, values } of obsRows(source.axis, columns, true)) {
    stopIfCancelled(source.signal);
    await frame.index.append(cells);
    for (const [i, append] of appenders.entries()) await append(values[i]!);
    report(slice.keptStart + slice.kept.length);
  }
}

function appender(frame: FrameWriter, column: ObsColumn, name: string): (values: ObsValues) => Promise<void> {
  const into = (stream: ArrayStream | TextStream) => (values: ObsValues): Promise<void> => {
    if (Array.isArray(values)) return (stream as TextStream).append(values);
    return (stream as ArrayStream).append(values);
  };
  switch (column.kind) {
    case 'categorical':
      return into(frame.categorical(name, column.categories, column.ordered));
    case 'number':
      return into(frame.numbers(name, column.dtype));
    case 'text':
      return into(frame.texts(name));
    default:
      return column satisfies never;
  }
}

/** Gene names and every computed column of var; flags become booleans. */
async function writeVar(frame: FrameWriter, { slots, genes }: AnnDataSource): Promise<void> {
  for (let gene = 0; gene < genes.length; gene += rowsAtATime) await frame.index.append(genes.slice(gene, gene + rowsAtATime));
  for (const name of slots.names('var')) {
    const array = openStored(slots.path(`var/${name}`)!);
    if (array.shape[0] !== genes.length) throw failure('corrupt-result', { path: array.path, reason: `it is about ${array.shape[0]} genes, not ${genes.length}` });
    await frame.numbers(name, array.dtype === 'uint8' ? 'bool' : array.dtype).append(array.read());
  }
}

/** obsm for all kept cells (NaN outside the embedded sample) and varm. */
async function writeEmbeddings(writer: AnnDataWriter, { axis, slots, signal }: AnnDataSource): Promise<void> {
  for (const name of slots.names('obsm')) {
    const array = openStored(slots.path(`obsm/${name}`)!);
    const stream = writer.dense(`obsm/${name}`, array.shape[1] ?? 1, array.dtype === 'float64' ? 'float64' : 'float32');
    for (let plate = 0; plate < axis.plates.length; plate++) {
      for (const slice of axis.slices(plate)) {
        stopIfCancelled(signal);
        if (slice.kept.length > 0) await stream.append(axis.read(array, slice));
      }
    }
  }
  for (const name of slots.names('varm')) {
    const array = openStored(slots.path(`varm/${name}`)!);
    const stream = writer.dense(`varm/${name}`, array.shape[1] ?? 1, array.dtype === 'float64' ? 'float64' : 'float32');
    for (let row = 0; row < (array.shape[0] ?? 0); row += rowsAtATime) await stream.append(array.read(row, row + rowsAtATime));
  }
}

async function writeX(csr: ResumableCsr, source: AnnDataSource, { lognorm, crew }: NonNullable<AnnDataSource['x']>, report: (done: number) => void): Promise<void> {
  const { progress } = source;
  const before = progress?.load() ?? null;
  if (before !== null) await csr.restore(before);
  for await (const block of crew.rows(source.plates, rowTasks(source.plates, source.axis, lognorm, csr.rowsWritten))) {
    if (source.signal.aborted) {
      // Kept for whoever goes on.
      if (csr.rowsWritten > 0) progress?.save(await csr.save());
      stopIfCancelled(source.signal);
    }
    await csr.append(block);
    report(csr.rowsWritten);
    if (progress?.due()) progress.save(await csr.save());
  }
  await csr.settle();
}

export function stopIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw failure('cancelled', { step: 'export' });
}
