/** Everything about this machine that a run may depend on, judged at once, and what past runs took beside what was predicted. */
import type { MachineFacts } from '../../protocol/api.data.ts';
import { formatBytes } from '../../protocol/format.ts';
import { recommendedFormat } from '../datasets/formats.table.ts';
import { pastSteps } from '../preflight/calibration.ts';
import { loaderRow, loaderTable } from '../preflight/loader-table.ts';
import { probeMachine, type Machine } from '../preflight/machine.ts';
import type { Workspace } from '../workspace.ts';

type Line = MachineFacts['lines'][number];

const GiB = 1024 ** 3;
/** PyTorch's workers pass batches through /dev/shm; less than this has broken published notebooks. */
const leastSharedMemory = 4 * GiB;

export function machineFacts(workspace: Workspace): MachineFacts {
  const machine = probeMachine(workspace.root);
  const here = loaderRow({
    files: 14, cores: machine.cores, memoryBytes: machine.memoryLimitBytes ?? machine.memoryBytes, disk: machine.disk.kind === 'HDD' || machine.disk.kind === 'network' ? 'HDD' : 'SSD', sharedMemoryBytes: machine.sharedMemoryBytes ?? 0,
  });
  return { lines: machineLines(machine), loaders: [here, ...loaderTable()], history: pastSteps(workspace).slice(-60).reverse() };
}

/** One line for each thing, all of them every time: nothing is found out one gap after the other. */
export function machineLines(machine: Machine): Line[] {
  const { disk, sharedMemoryBytes, memoryLimitBytes } = machine;
  return [
    { what: 'Processor', found: `${machine.cpu}, ${machine.cores} core${machine.cores === 1 ? '' : 's'}`, verdict: machine.cores > 1 ? 'good' : 'note', words: machine.cores > 1 ? '' : 'one core: everything works, one thing after the other' },
    {
      what: 'Memory', found: `${formatBytes(machine.memoryBytes)}, ${formatBytes(machine.freeMemoryBytes)} free${memoryLimitBytes === null ? '' : `, limited to ${formatBytes(memoryLimitBytes)} here`}`,
      verdict: (memoryLimitBytes ?? machine.memoryBytes) < 2 * GiB ? 'note' : 'good', words: (memoryLimitBytes ?? machine.memoryBytes) < 2 * GiB ? 'little: chunks become small and steps take longer' : '',
    },
    {
      what: 'Disk', found: `${disk.kind}, ${formatBytes(disk.freeBytes)} free`, verdict: disk.kind === 'HDD' || disk.kind === 'network' ? 'note' : 'good',
      words: `${disk.kind === 'HDD' ? 'a hard disk reads long blocks far faster than scattered ones: blocks are made longer. ' : disk.kind === 'network' ? 'a network folder: rates depend on the line. ' : ''}${recommendedFormat(disk.kind, disk.freeBytes)}`,
    },
    {
      what: 'Shared memory', found: sharedMemoryBytes === null ? 'none' : `${formatBytes(sharedMemoryBytes)} in /dev/shm`, verdict: (sharedMemoryBytes ?? 0) >= leastSharedMemory ? 'good' : 'note',
      words: (sharedMemoryBytes ?? 0) >= leastSharedMemory ? '' : 'Truckee needs none; exported PyTorch notebooks with several workers want 4 GB or num_workers=0',
    },
    { what: 'Graphics', found: machine.adapters.join(', ') || 'no adapter found', verdict: machine.adapters.length > 0 ? 'good' : 'note', words: graphicsWords(machine) },
  ];
}

/** How the names of adapters are known; their limits are told by WebGPU, which only a page can ask. */
export function graphicsWords({ adapters, adaptersFrom }: Pick<Machine, 'adapters' | 'adaptersFrom'>): string {
  if (adaptersFrom === null) return 'this system does not list its adapters';
  return `${adapters.length > 0 ? 'named' : 'everything runs on the processor; looked for'} by ${adaptersFrom}`;
}
