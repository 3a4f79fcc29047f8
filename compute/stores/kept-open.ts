/** Files that stay open for their columns, a few at a time: each open one takes some 7 MB and an instance of the HDF5 library. */
import type { PlateFile } from './contract.ts';

const mostOpen = 16;
/** Those that are open, the one asked for longest ago first. */
const open = new Set<KeptPlate>();

export interface KeptPlate {
  /** What `act` reads of the plate, which is opened again where it was let go in favour of others. */
  read<T>(act: (plate: PlateFile) => T): Promise<T>;
  close(): void;
}

/** Takes over a plate that is open; `again` opens its file once more. */
export function keepPlate(plate: PlateFile, again: () => Promise<PlateFile>): KeptPlate {
  let held: PlateFile | null = plate;
  const kept: KeptPlate = {
    async read(act) {
      const plate = held ?? (await again());
      // Somebody else may have opened it meanwhile.
      if (held !== null && held !== plate) plate.close();
      held ??= plate;
      use(kept);
      return act(held);
    },
    close() {
      open.delete(kept);
      held?.close();
      held = null;
    },
  };
  use(kept);
  return kept;
}

function use(kept: KeptPlate): void {
  open.delete(kept);
  open.add(kept);
  if (open.size > mostOpen) [...open][0]!.close();
}
