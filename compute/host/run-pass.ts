/** A pass with its checkpoints: goes on from the last one, saves every 30 s and at plate borders. */
import { join } from 'node:path';
import type { PassName } from '../passes/contract.ts';
import type { Plate } from '../matrix/plates.ts';
import { tilesOf } from '../matrix/tiles.ts';
import { loadCheckpoint, saveCheckpoint } from '../results/checkpoint.ts';
import type { PassOptions } from '../steps/contract.ts';
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

const checkpointSeconds = 30;

export async function runCheckpointedPass<Name extends PassName>(pool: Pool, name: Name, options: PassOptions<Name>, settings: PassSettings): Promise<void> {
  const { state } = options;
  const folder = join(settings.checkpointFolder, options.part.replaceAll(/[^a-z0-9-]/gi, '-').slice(0, 60));
  const tag = `${settings.fingerprint}:${name}:${options.part}`;
  const tiles = tilesOf(settings.plates);
  const total = settings.plates.reduce((n, plate) => n + plate.nObs, 0);
  const saved = loadCheckpoint(folder, tag);
  let sequence = 0;
  let firstTile = 0;
  if (saved) {
    for (const [key, target] of Object.entries(state.arrays)) target.set(saved.arrays[key]!);
    state.restore(saved.meta);
    sequence = saved.sequence;
    firstTile = saved.tilesDone;
    if (firstTile > 0 && firstTile < tiles.length) settings.note(`going on after ${firstTile} of ${tiles.length} tiles`);
  }
  const reducer = options.start();
  let rows = tiles.slice(0, firstTile).reduce((n, tile) => n + tile.rows, 0);
  let lastSave = performance.now();
  const save = (tilesDone: number): void => {
    state.flush?.();
    sequence += 1;
    saveCheckpoint(folder, { sequence, tag, tilesDone, meta: state.meta(), arrays: state.arrays });
    lastSave = performance.now();
  };
  await pool.runPass({
    name, spec: options.spec, plates: settings.plates, chunkRows: settings.chunkRows, chunkStored: settings.chunkStored,
    workers: settings.workers, firstTile, reducer,
    afterTile(tilesDone, tile, stored) {
      rows += tile.rows;
      settings.progress(rows, total, stored);
      const next = tiles[tilesDone];
      const plateDone = next !== undefined && next.plate !== tile.plate;
      if (tilesDone < tiles.length && (plateDone || performance.now() - lastSave > checkpointSeconds * 1000)) save(tilesDone);
      settings.pulse();
    },
    onSmallerChunk: (chunkRows) => settings.note(`a worker ran out of memory: going on with chunks of ${chunkRows} rows, same result`),
  });
  // A finished pass is worth keeping as long as its step is not finished.
  if (firstTile < tiles.length) save(tiles.length);
}
