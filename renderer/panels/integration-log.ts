/** What an integration says while it runs, read back from its own lines: one record per turn, the early stop, the end. */

export interface Turn {
  readonly it: number;
  readonly mix: number;
  readonly overlap0: number;
  readonly strain: number;
  readonly floor: number;
  readonly J: number;
  readonly best: number;
}

export interface IntegrationLog {
  /** Batches that are brought together, as soon as it is said. */
  readonly batches: number | null;
  readonly baseline: { readonly mix: number; readonly strain: number } | null;
  readonly turns: readonly Turn[];
  /** The loop ended before its last turn, in its words. */
  readonly stopped: string | null;
  readonly final: { readonly it: number; readonly mix: number; readonly overlap0: number; readonly strain: number; readonly tw: number } | null;
}

const number = String.raw`(-?[\d.]+|nan)`;
const baselineLine = new RegExp(String.raw`^\[baseline\] .*mix=${number} strain=${number}`);
const turnLine = new RegExp(String.raw`^\[iter (\d+)\] mix=${number} overlap0=${number} strain=${number} floor~${number} J=${number} best_it=(\d+)`);
const finalLine = new RegExp(String.raw`^\[final\] it\*=(\d+) mix=${number} overlap0=${number} strain=${number} tw=${number}`);

const centroidsLine = /^[\d,]+ centroids stand for [\d,]+ cells of (\d+) batches$/;

export function readIntegrationLog(notes: readonly string[]): IntegrationLog {
  let log: IntegrationLog = { batches: null, baseline: null, turns: [], stopped: null, final: null };
  for (const note of notes) {
    const [baseline, turn, final] = [baselineLine, turnLine, finalLine].map((line) => line.exec(note)?.slice(1).map(Number));
    // A loop that was begun anew starts its own record.
    if (baseline) log = { ...log, baseline: { mix: baseline[0]!, strain: baseline[1]! }, turns: [], stopped: null, final: null };
    else if (turn) log = { ...log, turns: [...log.turns, { it: turn[0]!, mix: turn[1]!, overlap0: turn[2]!, strain: turn[3]!, floor: turn[4]!, J: turn[5]!, best: turn[6]! }] };
    else if (centroidsLine.test(note)) log = { ...log, batches: Number(centroidsLine.exec(note)![1]) };
    else if (note.startsWith('[early stop]')) log = { ...log, stopped: note.slice('[early stop]'.length).trim() };
    else if (final) log = { ...log, final: { it: final[0]!, mix: final[1]!, overlap0: final[2]!, strain: final[3]!, tw: final[4]! } };
  }
  return log;
}
