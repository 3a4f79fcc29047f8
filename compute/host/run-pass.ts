/** A pass with its checkpoints: goes on from the last one, saves every 30 s and at plate borders. */
import { join } from 'node:path';
import { isKind } from '../../protocol/errors.ts';
import { formatCount } from '../../protocol/format.ts';
import type { PassName, PassTable, Reducer } from '../passes/contract.ts';
import type { Plate } from '../matrix/plates.ts';
import { tilesOf } from '../matrix/tiles.ts';
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from '../results/checkpoint.ts';
import type { PassOptions, PassState } from '../steps/contract.ts';
import type { Pool } from './pool.ts';

export interface PassSettings {
  readonly fingerprint: string;
  readonly checkpointFolder: string;
  readonly plates: readonly Plate[];
  readonly chunkRows: number;
  readonly chunkStored: number;
  readonly workers: number;
  progress(done: number, total: number, stored: number): void;
  note(text: string): void;
  /** Called after each tile: lets the caller end the job, or throws when it was cancelled. */
  pulse(): void;
}

/** Time between two checkpoints of a plate; changed only to try interruptions out. */
function checkpointMs(): number {
  const seconds = Number(process.env['TRUCKEE_CHECKPOINT_SECONDS'] ?? 30);
  return (seconds >= 0 ? seconds : 30) * 1000;
}

const leastWorkMs = 4000;

export async function runCheckpointedPass<Name extends PassName>(pool: Pool, name: Name, options: PassOptions<Name>, settings: PassSettings): Promise<void> {
  const { state } = options;
  const folder = join(settings.checkpointFolder, options.part.replaceAll(/[^a-z0-9-]/gi, '-').slice(0, 60));
  const tag = `${settings.fingerprint}:${name}:${options.part}`;
  const tiles = tilesOf(settings.plates);
  const total = settings.plates.reduce((n, plate) => n + plate.nObs, 0);
  const saved = loadCheckpoint(folder, tag);
  const { reducer, firstTile } = goOn(options, saved);
  let sequence = saved?.sequence ?? 0;
  if (firstTile > 0 && firstTile < tiles.length) {
    const at = tiles[firstTile]!;
    const where = at.rowStart === 0 ? 'at the start of' : `at row ${formatCount(at.rowStart)} of`;
    settings.note(`going on ${where} ${settings.plates[at.plate]!.name} (plate ${at.plate + 1} of ${settings.plates.length}): ${firstTile} of ${tiles.length} tiles are done`);
  }
  let rows = tiles.slice(0, firstTile).reduce((n, tile) => n + tile.rows, 0);
  const everyMs = checkpointMs();
  /** Less work than this is not worth a checkpoint, which forces up to tens of megabytes to disk. */
  const worthMs = Math.min(everyMs, leastWorkMs);
  let lastSave = performance.now();
  const save = (tilesDone: number): void => {
    state.flush?.();
    sequence += 1;
    saveCheckpoint(folder, { sequence, tag, tilesDone, meta: state.meta(), arrays: state.arrays });
    lastSave = performance.now();
  };
  // Where it starts, so that the rate counts only what is done from here on.
  settings.progress(rows, total, 0);
  await pool.runPass({
    name, spec: options.spec, plates: settings.plates, chunkRows: settings.chunkRows, chunkStored: settings.chunkStored,
    workers: settings.workers, firstTile, reducer,
    afterTile(tilesDone, tile, stored) {
      rows += tile.rows;
      settings.progress(rows, total, stored);
      const next = tiles[tilesDone];
      const plateDone = next !== undefined && next.plate !== tile.plate;
      const sinceSave = performance.now() - lastSave;
      if (tilesDone < tiles.length && (sinceSave >= everyMs || (plateDone && sinceSave >= worthMs))) save(tilesDone);
      settings.pulse();
    },
    onSmallerChunk: (chunkRows) => settings.note(`a worker ran out of memory: going on with chunks of ${chunkRows} rows, same result`),
  });
  // A finished pass is worth keeping as long as its step is not finished - unless it is made again sooner than saved.
  if (firstTile < tiles.length && performance.now() - lastSave >= worthMs) save(tiles.length);
}

interface Start<Name extends PassName> {
  readonly reducer: Reducer<PassTable[Name]['partial']>;
  readonly firstTile: number;
}

/** Starts from a checkpoint; from nothing when there is none, or when the rows it counts on are no longer on disk. */
function goOn<Name extends PassName>({ state, start }: PassOptions<Name>, saved: Checkpoint | null): Start<Name> {
  if (!saved || !fits(state, saved)) return { reducer: start(), firstTile: 0 };
  const untouched = state.meta();
  for (const [key, target] of Object.entries(state.arrays)) target.set(saved.arrays[key]!);
  state.restore(saved.meta);
  try {
    return { reducer: start(), firstTile: saved.tilesDone };
  } catch (thrown) {
    if (!isKind(thrown, 'corrupt-result')) throw thrown;
    // Every sum starts at zero.
    for (const target of Object.values(state.arrays)) target.fill(0);
    state.restore(untouched);
    return { reducer: start(), firstTile: 0 };
  }
}

function fits(state: PassState, saved: Checkpoint): boolean {
  return Object.entries(state.arrays).every(([key, target]) => saved.arrays[key]?.length === target.length);
}
