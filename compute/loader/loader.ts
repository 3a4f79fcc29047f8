/** The loader: minibatches of an epoch from files as they lie, in parallel, in bounded memory. */
import { failure } from '../../protocol/errors.ts';
import { formatBytes } from '../../protocol/format.ts';
import { batchesIn, batchesOfRank, fetchEntries, fetchesOfRank, openOrder, type FetchLayout, type Order } from '../sampling/index.ts';
import type { EpochOptions, Loader, LoaderHooks, LoaderLabel, LoaderOptions, Minibatch } from './contract.ts';
import { openCrew, type Crew, type FetchTask } from './crew.ts';
import { openEngine } from './engine.ts';
import type { EngineSpec, FetchEngine } from './fetches.ts';
import { joinGenes } from './genes.ts';
import { asked, hooksFrom, moduleAddress } from './hooks.ts';
import { joinLabel } from './labels.ts';
import { checkedOptions, refuse, strategyOf, whole } from './options.ts';
import { plannedFetchBytes } from './plan.ts';
import { makeSlot, slotBytes, type Slot } from './slots.ts';
import { sourceNotes } from './source-notes.ts';
import { backendOf, memoryNeeded, openSources, type LoaderSource } from './sources.ts';
import { rowsWhere } from './where.ts';

/** Rows at hand above the plan by this much are not meant to be there. Hooks hold their rows a second time. */
const grownFactor = 1.5;
const grownSlackBytes = 1 << 20;

/** Minibatches that a worker may have ready: where making them is the work, a whole fetch, so that none waits for the turn of another's. */
const fileSlots = 16;
const packSlots = 64;

/** Opened files and labels that several loaders use one after the other; whoever opened the files closes them. */
export interface SharedSources {
  readonly sources: readonly LoaderSource[];
  readonly labels: ReadonlyMap<string, LoaderLabel>;
}

/** @throws invalid-parameter, unknown-column, gene-mismatch and what opening files can throw. */
export async function openLoader(options: LoaderOptions, shared?: SharedSources): Promise<Loader> {
  const { batch, fetchFactor, seed, workers, rank, ranks, dropLast } = checkedOptions(options);
  const hooksModule = options.hooksModule === undefined ? null : moduleAddress(options.hooksModule);
  const hooks: LoaderHooks = { ...(hooksModule === null ? {} : await hooksFrom(hooksModule)), ...options.hooks };
  const sources = shared?.sources ?? await openSources(options.files, options.verified ?? false, options.backend ?? 'auto', options.genes);
  try {
    const join = joinGenes(sources.map(({ path, genes }) => ({ name: path, genes })), options.join ?? 'same', options.genes);
    const cells = sources.reduce((sum, source) => sum + source.cells, 0);
    const offsets = sources.map((_, i) => sources.slice(0, i).reduce((sum, source) => sum + source.cells, 0));
    const choice = options.strategy;
    const labelNames = new Set([...(options.labels ?? []), ...('label' in choice ? [choice.label] : [])]);
    const labels: Record<string, LoaderLabel> = {};
    for (const name of labelNames) labels[name] = shared?.labels.get(name) ?? (await joinLabel(sources, name));
    const strategy = strategyOf(choice, labels);
    const units = sources.map((source, i) => ({ starts: source.units.map((row) => row + offsets[i]!) }));
    const spec: EngineSpec = {
      plates: sources.map((source, i) => ({ name: source.name, path: source.path, rowOffset: offsets[i]!, cells: source.cells, store: source.store, columns: join.columns[i]!, stamp: source.stamp })),
      width: join.names.length, targetSum: options.targetSum ?? null, log1p: options.log1p ?? false, dense: options.dense ?? false,
    };
    const subset = options.where === undefined ? options.subset : await rowsWhere(sources, options.where, options.subset);
    const orderOf = (epoch: number): Order => openOrder({ strategy, rows: cells, units, batch, seed, epoch, ...(subset ? { subset } : {}) });
    /** The order of the epoch last asked for is kept. */
    let known = { epoch: 0, order: orderOf(0) };
    const orderAt = (epoch: number): Order => {
      if (known.epoch !== epoch) known = { epoch, order: orderOf(epoch) };
      return known.order;
    };
    const layout: FetchLayout = { length: known.order.length, batch, fetchFactor, dropLast };
    const prefetch = options.prefetch ?? Math.min(fetchFactor + 1, sources.every(({ store }) => store.kind === 'pack') ? packSlots : fileSlots);
    const mean = meanEntries(sources);
    const kept = Math.min(mean, spec.width);
    const slotEntries = Math.ceil(1.5 * kept * batch);
    const waitingBytes = (workers === 0 ? 1 : prefetch) * slotBytes(spec, batch, slotEntries);
    const fetchBytes = plannedFetchBytes(sources, offsets, layout, join.names.length, (fetch) => fetchEntries(known.order, layout, fetch, seed, 0));
    const wanted = options.labels ?? [];
    const notes = notesOf(sources, options);
    const hooked = hooks.fetch || hooks.fetchTransform || hooks.batch;
    const limitBytes = grownFactor * (hooked ? 2 : 1) * fetchBytes + grownSlackBytes;
    let grown = false;
    const onGrown = (heldBytes: number): void => {
      // Rows that are timed are no fetch that was planned.
      if (timing) return;
      if (!grown) notes.push(`A worker came to hold ${formatBytes(heldBytes)} of cells where ${formatBytes(fetchBytes)} were planned: its buffers were given back, and the epoch went on.`);
      grown = true;
    };

    const minibatch = (slot: Slot, place: Pick<Minibatch, 'epoch' | 'fetch' | 'batch' | 'cells'>, stored: number): Minibatch => {
      const rows = slot.rows.subarray(0, place.cells);
      const x: Minibatch['x'] = spec.dense
        ? { kind: 'dense', values: slot.values.subarray(0, place.cells * spec.width) }
        : { kind: 'csr', indptr: slot.indptr.subarray(0, place.cells + 1), indices: slot.indices.subarray(0, stored), values: slot.values.subarray(0, stored) };
      const obs = Object.fromEntries(wanted.map((name) => [name, taken(labels[name]!, rows)]));
      const made: Minibatch = { ...place, rows, x, obs };
      const { batchTransform } = hooks;
      return batchTransform ? asked('batchTransform', () => batchTransform(made)) : made;
    };

    let crew: Promise<Crew> | null = null;
    /** Of minibatches made in this thread, and of rows by id: neither disturbs the other. */
    let engine: Promise<FetchEngine> | null = null;
    let byId: Promise<FetchEngine> | null = null;
    /** For minibatches that are made in this thread. */
    let own: Slot | null = null;
    let atWork: Crew | null = null;
    let mostHeld = 0;
    let busy = false;
    let timing = false;
    let closed = false;
    /** What reads at the moment: files are closed behind it. */
    let reading: Promise<unknown> = Promise.resolve();
    /** Rows by id are read one call after the other. */
    let turn: Promise<unknown> = Promise.resolve();

    const hands = (): Promise<Crew> => {
      crew ??= openCrew({ spec, workers, slots: prefetch, batch, entries: slotEntries, hooksModule: hooked ? hooksModule : null, limitBytes, onGrown }).catch((thrown: unknown) => {
        crew = null;
        throw thrown;
      });
      return crew;
    };

    /** The slot of this thread, with room for so many entries. */
    const ownSlot = (loaded: FetchEngine, needed: number): Slot => {
      if (own !== null && needed > own.room) loaded.give(own);
      if (own === null || needed > own.room) own = loaded.slot(batch, Math.max(slotEntries, needed));
      return own;
    };
    const cancelled = (): Error => failure('cancelled', { step: 'loading' });

    /** Fetches of the rank as tasks, from minibatch `from` of the rank on. */
    const tasks = function* (order: Order, epoch: number, from: number): Generator<FetchTask, void, void> {
      let before = 0;
      for (const fetch of fetchesOfRank(layout, rank, ranks)) {
        const count = batchesIn(layout, fetch);
        if (before + count > from) yield { fetch, entries: fetchEntries(order, layout, fetch, seed, epoch), from: Math.max(0, from - before), to: count };
        before += count;
      }
    };

    /** Minibatches of tasks, each gone when the next one is asked for. */
    const made = async function* (all: Iterator<FetchTask>, epoch: number, ordered: boolean, signal?: AbortSignal): AsyncGenerator<Minibatch, void, void> {
      if (workers > 0) {
        const own = await hands();
        atWork = own;
        let finished = false;
        try {
          for await (const { fetch, batch: number, cells: count, stored, slot } of own.run(all, ordered, signal)) yield minibatch(slot, { epoch, fetch, batch: number, cells: count }, stored);
          finished = true;
        } finally {
          // A crew that was left in the middle has stopped; the next epoch has a new one.
          mostHeld = Math.max(mostHeld, own.heldBytes());
          if (!finished && !closed) crew = null;
        }
        return;
      }
      const loaded = await (engine ??= openEngine(spec, hooks));
      for (let next = all.next(); !next.done; next = all.next()) {
        const { fetch, entries, from, to } = next.value;
        if (closed) throw cancelled();
        await (reading = Promise.resolve(loaded.load(entries)));
        const heldBytes = loaded.heldBytes();
        mostHeld = Math.max(mostHeld, heldBytes + waitingBytes);
        for (let number = from; number < to; number++) {
          if (signal?.aborted || closed) throw cancelled();
          const end = Math.min(entries.length, (number + 1) * batch);
          const slot = ownSlot(loaded, spec.dense ? 0 : loaded.stored(number * batch, end));
          const stored = loaded.write(number * batch, end, slot);
          yield minibatch(slot, { epoch, fetch, batch: number, cells: end - number * batch }, stored);
        }
        if (heldBytes > limitBytes) {
          loaded.flush();
          onGrown(heldBytes);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };

    /** Whatever reads minibatches: one at a time. */
    const begin = (what: 'epoch' | 'time', value: string): void => {
      if (closed) refuse(what, value, 'the loader has been closed');
      if (busy) refuse(what, value, 'an epoch is being read already; end it first (break leaves it)');
      busy = true;
    };

    return {
      cells,
      genes: join.names,
      plates: spec.plates.map(({ name, path, rowOffset, cells: own, store, stamp }, i) => ({ name, path, rowOffset, cells: own, stamp, format: sources[i]!.format, own: sources[i]!.own, columns: join.columns[i]!, backend: backendOf(store) })),
      labels,
      plan: { length: layout.length, batches: batchesOfRank(layout, rank, ranks), bytesPerWorker: Math.ceil(fetchBytes + waitingBytes), sharedBytesPerWorker: waitingBytes, heldBytes: memoryNeeded(sources.filter(({ store }) => backendOf(store) === 'memory')), workers, prefetch },
      notes,
      async *epoch(epoch: number, { fromBatch = 0, signal }: EpochOptions = {}) {
        whole('epoch', epoch, 0, 2 ** 32 - 1);
        whole('fromBatch', fromBatch, 0, batchesOfRank(layout, rank, ranks));
        begin('epoch', String(epoch));
        try {
          yield* made(tasks(orderAt(epoch), epoch, fromBatch), epoch, options.deterministic ?? true, signal);
        } finally {
          busy = false;
        }
      },
      layout,
      units,
      entries: (epoch, fetch) => fetchEntries(orderAt(epoch), layout, fetch, seed, epoch),
      heldBytesPerWorker: () => Math.max(mostHeld, atWork?.heldBytes() ?? 0),
      *order(epoch) {
        const order = orderAt(epoch);
        for (const task of tasks(order, epoch, 0)) for (let number = task.from; number < task.to; number++) yield task.entries.subarray(number * batch, Math.min(task.entries.length, (number + 1) * batch));
      },
      rows(ids) {
        const read = async (): Promise<Minibatch> => {
          if (closed) refuse('rows', `${ids.length} of them`, 'the loader has been closed');
          const wanted = Uint32Array.from(ids);
          for (let i = 0; i < wanted.length; i++) if (wanted[i] !== ids[i] || wanted[i]! >= cells) refuse('rows', String(ids[i]), `rows are 0 to ${cells - 1}`);
          const loaded = await (byId ??= openEngine(spec, hooks));
          await loaded.load(wanted);
          // Theirs to keep.
          const slot = makeSlot(spec, wanted.length, spec.dense ? 0 : loaded.stored(0, wanted.length));
          return minibatch(slot, { epoch: 0, fetch: 0, batch: 0, cells: wanted.length }, loaded.write(0, wanted.length, slot));
        };
        const made = turn.then(read);
        turn = made.catch(() => undefined);
        return made;
      },
      async time(rounds) {
        begin('time', 'rows');
        try {
          const seconds: number[] = [];
          timing = true;
          if (workers > 0) await hands();
          for (const lists of rounds) {
            const start = performance.now();
            const all = lists.map((entries, fetch): FetchTask => ({ fetch, entries, from: 0, to: Math.ceil(entries.length / batch) }));
            for await (const _ of made(all.values(), 0, false));
            seconds.push((performance.now() - start) / 1000);
          }
          return seconds;
        } finally {
          timing = false;
          busy = false;
        }
      },
      async close() {
        if (closed) return;
        closed = true;
        await Promise.allSettled([turn, reading]);
        for (const opened of [crew, engine, byId]) await opened?.then((one) => one.close(), () => undefined);
        if (shared === undefined) sources.forEach((source) => source.close());
      },
    };
  } catch (thrown) {
    if (shared === undefined) sources.forEach((source) => source.close());
    throw thrown;
  }
}

function notesOf(sources: readonly LoaderSource[], options: LoaderOptions): string[] {
  const { subset } = options;
  const bare = sources.filter(({ columns }) => columns.length === 0).map(({ path }) => path);
  return [
    ...(subset && 'wasUnsorted' in subset && subset.wasUnsorted ? ['The list of rows was not sorted; it was sorted first.'] : []),
    ...(bare.length > 0 ? [`No metadata: ${bare.join(', ')} ${bare.length === 1 ? 'holds' : 'hold'} X only. There are no labels of cells but the name of the collection, which stands for the plate.`] : []),
    ...sourceNotes(sources, options),
  ];
}

function meanEntries(sources: readonly LoaderSource[]): number {
  const cells = sources.reduce((sum, source) => sum + source.cells, 0);
  return sources.reduce((sum, source) => sum + source.meanEntries * source.cells, 0) / cells;
}

function taken({ values }: LoaderLabel, rows: Uint32Array): LoaderLabel['values'] {
  const out = values.slice(0, rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!;
  return out;
}
