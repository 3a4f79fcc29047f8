/** The contract of protocol/api.ts, answered: each procedure is one call into a service. Errors cross as ErrorData. */
import { implement, ORPCError } from '@orpc/server';
import { api, type RunLimits } from '../../../protocol/api.ts';
import { failure, toErrorData } from '../../../protocol/errors.ts';
import type { JobEvent } from '../../../protocol/events.ts';
import type { Recipe } from '../../../protocol/recipe.ts';
import { readyRecipe, recipeNames } from '../../../steps/recipes.ts';
import { definitionOf } from '../../../steps/table.ts';
import { findDataset, listDatasets, removeDataset } from '../../catalog/datasets.ts';
import { listSelections, removeSelection, saveSelection } from '../../catalog/selections.ts';
import { registerFile } from '../../datasets/register.ts';
import { prepareJob } from '../../jobs/prepare.ts';
import { findRun } from '../../jobs/past-run.ts';
import { readEvents } from '../../jobs/log.ts';
import { asJobId } from '../../../protocol/ids.ts';
import { chunkTable } from '../../preflight/chunk-table.ts';
import { probeHardware } from '../../preflight/hardware.ts';
import { diskKind } from '../../preflight/machine.ts';
import { splitTime } from '../../preflight/split-time.ts';
import { about } from '../about.ts';
import type { Shelf } from '../desk.ts';
import { makeDemo } from '../demo.ts';
import { answerQuery } from '../answer-query.ts';
import { isAddress, pathOf } from '../../datasets/remote-files.ts';
import { dataHandlers } from './router.data.ts';
import { extractHandlers } from './router.extract.ts';
import { runColumns } from './columns.ts';
import { diagnostics } from './diagnostics.ts';
import { exportComparison, exportRun, exportsOf } from './exports.ts';
import { insideRoots, listFolder } from './files.ts';
import type { Workbench } from './session.ts';
import { datasetDetail, datasetSummaries, datasetSummary, runDetail, runSummaries } from './summaries.ts';
import { cleanable, cleanWorkspace, workspaceFacts } from './upkeep.ts';
import type { Views } from './views.ts';

/** Everything one workbench can be asked; made once per workbench. */
export function createRouter(bench: Workbench, views: Views, shelf: Shelf) {
  const { workspace, hub, options } = bench;
  const os = implement(api).use(async ({ next }) => {
    try {
      return await next();
    } catch (thrown) {
      if (thrown instanceof ORPCError) throw thrown;
      const data = toErrorData(thrown);
      throw new ORPCError('REFUSED', { status: 422, message: data.message, data, cause: thrown });
    }
  });
  const waiting = () => bench.queue?.waiting ?? [];
  const start = options.startEngine;
  const work = async <T>(title: string, act: (onEvent: (event: JobEvent) => void) => Promise<T>): Promise<T> => {
    const { onEvent, end } = hub.work(title);
    try {
      return await act(onEvent);
    } finally {
      end();
    }
  };
  const planned = (recipe: Recipe, limits: RunLimits) => {
    const hardware = probeHardware(workspace.root, limits);
    const { preflight, job } = prepareJob(workspace, recipe, hardware, limits.override);
    const cells = job.plates.reduce((n, plate) => n + plate.facts.nObs, 0);
    const stored = job.plates.reduce((n, plate) => n + plate.facts.matrix.stored, 0);
    const matrixBytes = job.plates.reduce((n, plate) => n + plate.facts.matrix.storedBytes, 0);
    const disk = diskKind(workspace.root);
    return {
      ok: preflight.ok, refusal: preflight.refusal?.data ?? null, overridable: preflight.overridable, lines: preflight.lines, notes: preflight.notes, cells, plates: job.plates.length, hardware,
      steps: preflight.steps.map((step, i) => ({ ...step, ...splitTime(step, matrixBytes, disk), title: definitionOf(job.steps[i]!.id as Parameters<typeof definitionOf>[0]).title })),
      chunkTable: chunkTable(hardware.memoryBytes, stored / Math.max(1, cells)),
    };
  };

  /** Two measurements at a time would spoil each other. */
  const measuringNothing = (): void => {
    bench.writable();
    if (bench.designs.state()?.state === 'going') throw failure('busy', { what: 'A search for loader settings' });
    if (bench.comparisons.state()?.state === 'going') throw failure('busy', { what: 'A comparison of formats' });
  };

  const [data, extract] = [dataHandlers(bench), extractHandlers(bench)];
  return os.router({
    sources: {
      list: os.sources.list.handler(data.sources.list),
      files: os.sources.files.handler(({ input, signal }) => data.sources.files(input, signal)),
      token: os.sources.token.handler(({ input }) => data.sources.token(input)),
      forget: os.sources.forget.handler(({ input }) => data.sources.forget(input)),
    },
    downloads: {
      list: os.downloads.list.handler(data.downloads.list),
      start: os.downloads.start.handler(({ input }) => data.downloads.start(input)),
      pause: os.downloads.pause.handler(({ input }) => data.downloads.pause(input)),
      resume: os.downloads.resume.handler(({ input }) => data.downloads.resume(input)),
      remove: os.downloads.remove.handler(({ input }) => data.downloads.remove(input)),
    },
    remote: {
      list: os.remote.list.handler(data.remote.list),
      clear: os.remote.clear.handler(data.remote.clear),
      limit: os.remote.limit.handler(({ input }) => data.remote.limit(input)),
    },
    catalog: {
      drugs: os.catalog.drugs.handler(data.catalog.drugs),
      lines: os.catalog.lines.handler(data.catalog.lines),
      plates: os.catalog.plates.handler(data.catalog.plates),
      samples: os.catalog.samples.handler(({ input }) => data.catalog.samples(input)),
      counts: os.catalog.counts.handler(data.catalog.counts),
      formats: os.catalog.formats.handler(data.catalog.formats),
      import: os.catalog.import.handler(({ input }) => work('Reading the tables', () => data.catalog.import(input))),
    },
    loading: {
      design: os.loading.design.handler(() => bench.designs.state()),
      start: os.loading.start.handler(({ input }) => {
        measuringNothing();
        bench.designs.start(input);
        return { started: true };
      }),
      stop: os.loading.stop.handler(() => ({ stopped: bench.designs.stop() })),
      storage: {
        state: os.loading.storage.state.handler(() => bench.comparisons.state()),
        start: os.loading.storage.start.handler(({ input }) => {
          measuringNothing();
          bench.comparisons.start(input);
          return { started: true };
        }),
        stop: os.loading.storage.stop.handler(() => ({ stopped: bench.comparisons.stop() })),
      },
    },
    extract: {
      list: os.extract.list.handler(extract.list),
      plan: os.extract.plan.handler(({ input, signal }) => extract.plan(input, signal)),
      start: os.extract.start.handler(({ input }) => extract.start(input)),
      stop: os.extract.stop.handler(({ input }) => extract.stop(input)),
      resume: os.extract.resume.handler(({ input }) => extract.resume(input)),
      register: os.extract.register.handler(({ input }) => extract.register(input)),
      remove: os.extract.remove.handler(({ input }) => extract.remove(input)),
    },
    machine: os.machine.handler(data.machine),
    about: os.about.handler(() => about(options.shell)),
    workspace: {
      facts: os.workspace.facts.handler(() => workspaceFacts(workspace, bench.heldBy)),
      recent: os.workspace.recent.handler(() => shelf.recent()),
      open: os.workspace.open.handler(({ input }) => shelf.open(input.path, input.create)),
      cleanable: os.workspace.cleanable.handler(() => cleanable(workspace)),
      clean: os.workspace.clean.handler(() => {
        if (bench.writable().current !== null) throw failure('busy', { what: 'A run' });
        return cleanWorkspace(workspace);
      }),
    },
    files: {
      list: os.files.list.handler(({ input }) => listFolder(input.path, [workspace.root, ...options.roots])),
    },
    datasets: {
      list: os.datasets.list.handler(() => datasetSummaries(listDatasets(workspace.catalog))),
      detail: os.datasets.detail.handler(({ input }) => {
        const row = findDataset(workspace.catalog, input.name);
        if (!row) throw failure('not-found', { what: 'dataset', name: input.name, near: [] });
        return datasetDetail(row, listDatasets(workspace.catalog));
      }),
      add: os.datasets.add.handler(async ({ input }) => {
        bench.writable();
        const path = isAddress(input.path) ? await pathOf(input.path, workspace.root, { headerVariable: undefined }) : insideRoots(input.path, [workspace.root, ...options.roots]);
        const { row, twin } = await work('Reading what the file holds', () => registerFile(workspace, path, { start, scan: false }));
        hub.say({ kind: 'changed', what: 'datasets' });
        return { summary: datasetSummary(row, listDatasets(workspace.catalog)), report: row.report, twin: twin?.name ?? null };
      }),
      remove: os.datasets.remove.handler(({ input }) => {
        bench.writable();
        const removed = removeDataset(workspace.catalog, input.name);
        hub.say({ kind: 'changed', what: 'datasets' });
        return { removed };
      }),
      demo: os.datasets.demo.handler(async () => {
        bench.writable();
        await work('Making demo plates', (onEvent) => makeDemo(workspace, { start, limits: { memoryBytes: null, workers: null }, onEvent }));
        hub.say({ kind: 'changed', what: 'datasets' });
        return datasetSummaries(listDatasets(workspace.catalog));
      }),
    },
    query: os.query.handler(({ input, signal }) => answerQuery(workspace, input.query, { start, tables: input.tables, ...(signal ? { signal } : {}) })),
    recipes: { ready: os.recipes.ready.handler(() => recipeNames.map(readyRecipe)) },
    preflight: os.preflight.handler(({ input }) => planned(input.recipe, input.limits)),
    runs: {
      list: os.runs.list.handler(() => runSummaries(workspace, waiting())),
      detail: os.runs.detail.handler(({ input }) => runDetail(workspace, input.run, waiting())),
      start: os.runs.start.handler(({ input }) => ({ run: bench.writable().start(input.recipe, input.limits).run })),
      cancel: os.runs.cancel.handler(({ input }) => ({ cancelled: bench.writable().cancel(input.run) })),
      resume: os.runs.resume.handler(({ input }) => {
        const { recipe, limits } = runDetail(workspace, input.run, waiting());
        return { run: bench.writable().start(recipe, limits).run };
      }),
      log: os.runs.log.handler(({ input }) => readEvents(workspace, asJobId(input.run), input.after)),
      columns: os.runs.columns.handler(({ input }) => {
        // Pictures are asked for next.
        bench.look.warm();
        return runColumns(workspace, findRun(workspace, input.run));
      }),
      cells: os.runs.cells.handler(({ input, signal }) => views.cells(input, signal)),
      export: os.runs.export.handler(async ({ input }) => {
        bench.writable();
        const file = await work(`Writing ${input.kind}`, () => exportRun(workspace, input, start));
        hub.say({ kind: 'changed', what: 'exports' });
        return file;
      }),
      exports: os.runs.exports.handler(({ input }) => exportsOf(workspace, input.run)),
    },
    de: {
      ask: os.de.ask.handler(({ input, signal }) => views.comparison(input.run, input.ask, signal)),
      export: os.de.export.handler(async ({ input }) => {
        bench.writable();
        const file = await work('Writing the table', () => exportComparison(workspace, input.run, input.rows, start));
        hub.say({ kind: 'changed', what: 'exports' });
        return file;
      }),
    },
    selections: {
      list: os.selections.list.handler(({ input }) => listSelections(workspace.catalog, input.run)),
      save: os.selections.save.handler(({ input: { run, ...choice } }) => {
        bench.writable();
        findRun(workspace, run);
        saveSelection(workspace.catalog, run, { ...choice, createdAt: new Date().toISOString() });
        return { saved: true };
      }),
      remove: os.selections.remove.handler(({ input }) => {
        bench.writable();
        return { removed: removeSelection(workspace.catalog, input.run, input.name) };
      }),
    },
    events: os.events.handler(({ input, signal }) => hub.listen(input.epoch, input.after, signal ? AbortSignal.any([signal, bench.closing]) : bench.closing)),
    diagnostics: os.diagnostics.handler(() => diagnostics(bench)),
  });
}
