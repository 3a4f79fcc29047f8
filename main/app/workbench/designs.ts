/** What is measured about loading: loader settings that suit the registered data, and formats of storage on this disk. */
import { randomUUID } from 'node:crypto';
import type { DesignWish, StorageWish } from '../../../protocol/api.loading.ts';
import { failure } from '../../../protocol/errors.ts';
import { asJobId } from '../../../protocol/ids.ts';
import type { LoaderAnswer } from '../../../protocol/loading.ts';
import { storageFormats, type StorageAnswer } from '../../../protocol/storage.ts';
import { findDataset, listDatasets } from '../../catalog/datasets.ts';
import type { StartEngine } from '../../engine/contract.ts';
import { probeHardware } from '../../preflight/hardware.ts';
import type { Workspace } from '../../workspace.ts';
import { noteStorageFolder } from '../tidy.ts';
import { createMeasurement, type Measurement } from './measurements.ts';

export type Designs = Measurement<DesignWish, LoaderAnswer>;

export function createDesigns(workspace: Workspace, start: StartEngine): Designs {
  return createMeasurement(workspace.root, start, {
    keptName: 'loader-design.json',
    jobOf({ datasets, workers, ...asked }) {
      return {
        kind: 'loader', id: asJobId(randomUUID()), files: filesOf(workspace, datasets), join: 'same', ...asked,
        workers: workers ?? Math.max(1, Math.min(16, Math.floor(probeHardware(workspace.root, { memoryBytes: null, workers: null }).workers / 2))),
        seed: 0, verified: false, order: null,
      };
    },
    first({ blocks, fetches, seconds, warmSeconds }) {
      const settings = blocks.length * fetches.length;
      return { total: settings, unit: 'settings', etaSeconds: seconds === 0 ? null : settings * (seconds + warmSeconds) };
    },
  });
}

export type Comparisons = Measurement<StorageWish, StorageAnswer>;

/** `folderOf` says where copies may lie. */
export function createComparisons(workspace: Workspace, start: StartEngine, folderOf: (folder: string | null) => string): Comparisons {
  return createMeasurement(workspace.root, start, {
    keptName: 'storage-comparison.json',
    jobOf({ datasets, folder: chosen, ...asked }) {
      const [files, folder] = [filesOf(workspace, datasets), folderOf(chosen)];
      noteStorageFolder(workspace, folder);
      return { kind: 'storage', id: asJobId(randomUUID()), files, folder, ...asked };
    },
    // Both ways of reading each format, and once more before each.
    first: ({ epochs }) => ({ total: 2 * (epochs + 1) * storageFormats.length, unit: 'epochs', etaSeconds: null }),
  });
}

/** By name; null: all. @throws not-found, no-datasets */
function filesOf(workspace: Workspace, names: readonly string[] | null): string[] {
  const rows = names === null ? listDatasets(workspace.catalog) : names.map((name) => {
    const row = findDataset(workspace.catalog, name);
    if (!row) throw failure('not-found', { what: 'dataset', name, near: [] });
    return row;
  });
  if (rows.length === 0) throw failure('no-datasets', { workspace: workspace.root });
  return rows.map(({ path }) => path);
}
