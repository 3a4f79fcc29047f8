/** The facts each kind of error carries. Adding a kind here obliges errors.table.ts to give it words. */

export interface ErrorFacts {
  // Files from outside
  'file-not-found': { path: string };
  'not-permitted': { path: string; code: string };
  'not-hdf5': { path: string; found: string };
  'truncated-file': { path: string; expectedBytes: number; actualBytes: number };
  'unsupported-format': { path: string; format: string; hint: string };
  'not-a-workspace': { path: string };
  'unsupported-encoding': { path: string; element: string; encoding: string };
  'corrupt-file': { path: string; element: string; reason: string };
  /** A pack that is not read in place of the file it lies beside. `sound`: all that it holds was checked before. `folder`: no pack at all. */
  'pack-unfit': { path: string; file: string; reason: string; sound: boolean; folder?: boolean };
  'corrupt-chunk': { path: string; dataset: string; chunk: number; rowStart: number; rowEnd: number; reason: string };
  'reader-timeout': { path: string; seconds: number };
  /** Rows count from 1 after the header; 0 when it is not about a row. */
  'bad-table': { path: string; row: number; reason: string };
  'no-tables': { path: string; reason: string };
  /** A question that only the cells of registered plates can answer. */
  'needs-plates': { columns: string[] };
  'no-catalog': { workspace: string };
  'sql-refused': { reason: string };
  'sql-limit': { seconds: number };
  // Contents that a run refuses
  'no-matrix': { path: string };
  /** Without an example only a sample of the values was looked at. `keeps`: the option that takes the values as they are. */
  'not-counts': { path: string; slot: string; example: number | null; row: number | null; keeps?: string };
  'bad-values': { path: string; slot: string; problem: 'nan' | 'negative' | 'infinite'; row: number; gene: string };
  'duplicate-names': { path: string; axis: 'obs' | 'var'; count: number; examples: string[] };
  'gene-mismatch': { first: string; other: string; shared: number; firstOnly: number; otherOnly: number; examples: string[] };
  'repeated-cells': { path: string; detail: string };
  'same-plate-twice': { first: string; other: string };
  'no-cells': { path: string };
  'no-genes': { path: string };
  'nothing-left': { step: string; before: number; axis: 'cells' | 'genes'; detail: string };
  // Batches and embeddings
  'bad-batches': { column: string; reason: string };
  'confounded': { batch: string; columns: { column: string; cramersV: number; words: string }[]; confirm: string[] };
  'bad-embedding': { slot: string; row: number; component: number; problem: 'nan' | 'infinite' };
  'quadratic-cost': { step: string; cells: number; limit: number; neededBytes: number };
  // What the user asked for
  'unknown-step': { step: string; near: string[] };
  'unknown-parameter': { step: string; parameter: string; near: string[] };
  'invalid-parameter': { step: string; parameter: string; value: string; reason: string };
  'unknown-column': { column: string; near: string[]; where: string };
  'bad-expression': { expression: string; position: number; reason: string };
  'bad-recipe': { source: string; reason: string };
  'missing-input': { step: string; slot: string; remedyStep: string };
  'bad-usage': { command: string; reason: string };
  'not-found': { what: string; name: string; near: string[] };
  'no-datasets': { workspace: string };
  'already-exists': { path: string };
  // Resources
  /** `instead`: what goes with less, where no option says how much may be used. */
  'memory-too-small': { step: string; neededBytes: number; availableBytes: number; instead?: string };
  'disk-too-small': { path: string; neededBytes: number; availableBytes: number };
  'disk-full': { path: string; code: string };
  'io-failed': { path: string; code: string };
  // Sources far away; addresses are told without query, user and password
  /** 0 when no answer came. */
  'download-failed': { url: string; status: number; reason: string };
  'no-ranges': { url: string };
  'remote-changed': { url: string; expected: string; found: string };
  'remote-missing': { url: string; status: number };
  'not-authorised': { url: string; status: number };
  'wrong-digest': { path: string; digest: string; expected: string; found: string };
  // Running
  'workspace-locked': { workspace: string; pid: number; since: string; address: string };
  /** Something must end first. */
  'busy': { what: string };
  /** A session's key, cookie, host or origin that is not right. */
  'no-access': { reason: string };
  'address-in-use': { host: string; port: number; code: string };
  'host-unreachable': { detail: string };
  'message-too-large': { bytes: number; limit: number };
  'engine-gone': { reason: 'exit' | 'oom' | 'crash' | 'killed' | 'lost-host'; code: number | null; signal: string | null };
  'worker-memory': { step: string; chunkRows: number };
  /** `opened`: a loader had it open; it need not be registered. */
  'dataset-changed': { name: string; path: string; opened?: boolean };
  'corrupt-result': { path: string; reason: string };
  cancelled: { step: string };
  internal: { detail: string };
}
