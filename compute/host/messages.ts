/** What the engine's main thread and its workers say to each other. */
import type { ErrorData } from '../../protocol/errors.ts';
import type { Plate } from '../matrix/plates.ts';
import type { Tile } from '../matrix/tiles.ts';

export interface WorkerSetup {
  /** One Int32: not 0 means stop at the next block. */
  readonly stop: Int32Array;
  readonly kernels: string | null;
  /** Most bytes of the worker's kernel memory. */
  readonly memoryBytes: number;
}

export type ToWorker =
  | { readonly kind: 'open-pass'; readonly name: string; readonly spec: unknown; readonly plates: readonly Plate[]; readonly maxRows: number; readonly maxStored: number }
  /** Smaller blocks from the next tile on. */
  | { readonly kind: 'limit-blocks'; readonly maxRows: number; readonly maxStored: number }
  | { readonly kind: 'tiles'; readonly tiles: readonly Tile[] }
  | { readonly kind: 'recycle'; readonly partial: unknown }
  | { readonly kind: 'close-pass' }
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly payload: unknown };

export type FromWorker =
  | { readonly kind: 'ready'; readonly kernels: string }
  | { readonly kind: 'partial'; readonly tile: Tile; readonly partial: unknown; readonly stored: number }
  /** heldBytes: of the worker's kernel memory, which shrinks only with the worker. */
  | { readonly kind: 'tiles-done'; readonly heldBytes: number }
  | { readonly kind: 'pass-closed' }
  | { readonly kind: 'called'; readonly id: number; readonly value: unknown; readonly heldBytes: number }
  | { readonly kind: 'call-progress'; readonly id: number; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly kind: 'failed'; readonly error: ErrorData };
