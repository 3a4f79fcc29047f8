/** Words for every kind of error: one plain sentence of what is wrong, one of what to do next. */
import type { ErrorFacts } from './errors.facts.ts';
import { formatBytes, formatCount } from './format.ts';

interface Words {
  readonly message: string;
  readonly remedy: string;
}

const list = (names: readonly string[]): string => names.map((n) => `'${n}'`).join(', ');
const nearest = (names: readonly string[], otherwise: string): string =>
  names.length > 0 ? `Did you mean ${list(names)}?` : otherwise;

export const errorWords: { readonly [K in keyof ErrorFacts]: (f: ErrorFacts[K]) => Words } = {
  'file-not-found': (f) => ({
    message: `There is no file at ${f.path}.`,
    remedy: 'Check the path (quotes around paths with spaces) and that the disk is mounted.',
  }),
  'not-permitted': (f) => ({
    message: `Access to ${f.path} is not allowed (${f.code}).`,
    remedy: 'Change its permissions or choose another folder.',
  }),
  'not-hdf5': (f) => ({
    message: `${f.path} is not an HDF5 file (it looks like ${f.found}).`,
    remedy: 'Give an .h5ad, a 10x .h5, an AnnData Zarr store or a 10x matrix folder. A gzip-wrapped file must be unpacked first (gunzip).',
  }),
  'truncated-file': (f) => ({
    message: `${f.path} is cut short: its header announces ${formatBytes(f.expectedBytes)}, the file has ${formatBytes(f.actualBytes)}.`,
    remedy: 'Copy or download the file again and compare its size and checksum with the source.',
  }),
  'unsupported-format': (f) => ({ message: `${f.path} is a ${f.format} file, which cannot be read here.`, remedy: f.hint }),
  'not-a-workspace': (f) => ({
    message: `${f.path} is not a workspace of Truckee.`,
    remedy: 'Choose a folder that Truckee made (it holds catalog.sqlite), or create a workspace in a new or empty folder.',
  }),
  'unsupported-encoding': (f) => ({
    message: `${f.element} in ${f.path} is stored as ${f.encoding}, which this version cannot read.`,
    remedy: f.element === 'pack' ? `It was made by another version of Truckee: build it again (truckee pack build ${fileOfPack(f.path)}).` : 'Write the file again with a current anndata (adata.write_h5ad) and add the copy.',
  }),
  'pack-unfit': (f) => ({
    message: `${f.path} ${f.sound ? 'is sound in itself, but does not belong to' : 'is not read in place of'} ${f.file}: ${f.reason}.`,
    remedy: f.folder ? `Rename the folder or move it away, then make a pack: truckee pack build ${f.file}` : `Make a new one: truckee pack build ${f.file}${f.path.endsWith('.genes.pack') ? ' --genes LIST' : ''}`,
  }),
  'corrupt-file': (f) => ({
    message: `${f.element} in ${f.path} is damaged: ${f.reason}.`,
    remedy: remedyOfDamage(f.path, f.element, f.reason),
  }),
  'corrupt-chunk': (f) => ({
    message: `Chunk ${f.chunk} of ${f.dataset} in ${f.path} is damaged (rows ${f.rowStart} to ${f.rowEnd}): ${f.reason}.`,
    remedy: 'Copy or download the file again; nothing that was computed before is lost.',
  }),
  'reader-timeout': (f) => ({
    message: `Reading ${f.path} did not finish within ${f.seconds} s and was stopped.`,
    remedy: 'The file is probably damaged, or its disk is very slow. Copy it to a local disk and try again.',
  }),
  'bad-table': (f) => ({
    message: `The table ${f.path} cannot be used${f.row > 0 ? ` at row ${formatCount(f.row)}` : ''}: ${f.reason}.`,
    remedy: 'Compare it with its source; nothing of it was imported.',
  }),
  'no-tables': (f) => ({
    message: `No table of drugs, cell lines, genes, samples, conditions or cells was found in ${f.path}${f.reason === '' ? '' : `: ${f.reason}`}.`,
    remedy: 'Name the folder that holds the metadata tables of the atlas (CSV, plain or gzip, or Parquet); nothing was changed.',
  }),
  'needs-plates': (f) => ({
    message: `${list(f.columns)} is known per cell only, and no registered plate has it.`,
    remedy: 'Add the plates (truckee add FILE...), or ask by drug, target, mechanism, dose, line, tissue, plate or sample.',
  }),
  'no-catalog': (f) => ({
    message: `The workspace ${f.workspace} knows neither atlas tables nor plates to ask.`,
    remedy: 'Import the metadata tables (truckee catalog import DIR), or add plates (truckee add FILE...).',
  }),
  'sql-refused': (f) => ({ message: `The statement is not run: ${f.reason}.`, remedy: 'Only one reading statement is allowed: SELECT, VALUES, EXPLAIN or WITH ... SELECT.' }),
  'sql-limit': (f) => ({ message: `The statement did not end within ${f.seconds} s and was stopped.`, remedy: 'Narrow it (WHERE, LIMIT); the catalog is unchanged.' }),
  'no-matrix': (f) => ({
    message: `${f.path} holds no expression matrix (no X, no counts layer, no raw).`,
    remedy: 'Add the file that holds the counts; this one has only annotations.',
  }),
  'not-counts': (f) => ({
    message: `${f.slot} in ${f.path} does not hold counts: ${f.example === null ? 'among its values are fractions or values below zero (truckee inspect FILE --scan shows where)' : `row ${f.row} has the value ${f.example}`}.`,
    remedy: `Use the file with raw counts, or put them into layers/counts or raw/X; normalised values cannot be normalised again.${f.keeps === undefined ? '' : ` Values that are no counts are kept as they are with ${f.keeps}.`}`,
  }),
  'bad-values': (f) => ({
    message: `${f.slot} in ${f.path} holds a ${f.problem} value at row ${f.row}, gene '${f.gene}'.`,
    remedy: 'Counts must be finite and not negative. Repair the file (or export the raw counts again) and add it anew.',
  }),
  'duplicate-names': (f) => ({
    message: `${formatCount(f.count)} ${f.axis} names in ${f.path} occur more than once, for example ${list(f.examples)}.`,
    remedy: `Make them unique (adata.${f.axis}_names_make_unique()) and write the file again.`,
  }),
  'gene-mismatch': (f) => ({
    message: `${f.other} and ${f.first} do not list the same genes: ${formatCount(f.shared)} shared, ${formatCount(f.firstOnly)} only in the first, ${formatCount(f.otherOnly)} only in the second${f.examples.length ? ` (${list(f.examples)})` : ''}.`,
    remedy: 'Run files with the same genes together, or keep the shared genes only: "genes": "inner" in a recipe, join: "inner" (or "outer" for all) in the options of openLoader, --join inner for truckee bench loader.',
  }),
  'repeated-cells': (f) => ({
    message: `${f.path} cannot be counted on: ${f.detail}`,
    remedy: 'Merge the plates again, each from its own file, and compare the number of rows with the sum of their cells.',
  }),
  'same-plate-twice': (f) => ({
    message: `${f.other} holds the same cells as ${f.first}.`,
    remedy: 'Remove one of the two: a plate counted twice changes every result.',
  }),
  'no-cells': (f) => ({ message: `${f.path} has no cells.`, remedy: 'Remove it from the recipe or replace the file.' }),
  'no-genes': (f) => ({ message: `${f.path} has no genes.`, remedy: 'Remove it from the recipe or replace the file.' }),
  'nothing-left': (f) => ({
    message: `Nothing is left after ${f.step}: all ${formatCount(f.before)} ${f.axis} were removed (${f.detail}).`,
    remedy: 'Loosen its limits; truckee results shows how many each limit removed.',
  }),
  'bad-batches': (f) => ({
    message: `The obs column '${f.column}' cannot name the batches: ${f.reason}.`,
    remedy: 'Choose another column (--set integrate.batch_key=COLUMN), or filter out cells without a batch.',
  }),
  'confounded': (f) => ({
    message: `${f.batch} goes together with ${f.columns.map((c) => `${c.column} (${c.words}, Cramer's V ${c.cramersV.toFixed(2)})`).join('; ')}: mixing ${f.batch} also removes what belongs to ${f.columns.length === 1 ? 'it' : 'these'}.`,
    remedy: `If you accept that, confirm it: --set 'integrate.confirm_confounded=${JSON.stringify(f.confirm)}'. The confirmation is kept with the result.`,
  }),
  'bad-embedding': (f) => ({
    message: `${f.slot} holds ${f.problem === 'nan' ? 'a NaN' : 'an infinite value'} at cell ${formatCount(f.row)}, component ${f.component + 1}.`,
    remedy: 'Every cell needs finite coordinates: filter out cells that have none, or compute the embedding again.',
  }),
  'quadratic-cost': (f) => ({
    message: `${formatCount(f.cells)} single cells are refused here: the cost grows with the square of their number (${formatBytes(f.neededBytes)} for one table of costs; at most ${formatCount(f.limit)} cells are taken).`,
    remedy: 'Use transport on centroids (--set integrate.method=ot --set integrate.level=centroids): their displacement is carried to every cell.',
  }),
  'unknown-step': (f) => ({
    message: `There is no step called '${f.step}'.`,
    remedy: nearest(f.near, 'truckee run --help lists all steps.'),
  }),
  'unknown-parameter': (f) => ({
    message: `Step '${f.step}' has no parameter '${f.parameter}'.`,
    remedy: nearest(f.near, `truckee run --help lists the parameters of ${f.step}.`),
  }),
  'invalid-parameter': (f) => ({
    message: `${f.step}.${f.parameter} cannot be ${f.value}: ${f.reason}.`,
    remedy: remedyOfParameter(f.step, f.parameter),
  }),
  'unknown-column': (f) => ({
    message: `There is no obs column '${f.column}' (${f.where}).`,
    remedy: nearest(f.near, 'truckee inspect FILE lists the columns.'),
  }),
  'bad-expression': (f) => ({
    message: `The expression cannot be read at character ${f.position + 1}: ${f.reason}. (${f.expression})`,
    remedy: "Write comparisons joined by and/or/not, for example: cell_line == 'A549' and pct_counts_mt < 20",
  }),
  'bad-recipe': (f) => ({
    message: `The recipe ${f.source} cannot be used: ${f.reason}.`,
    remedy: 'truckee recipe pca-umap prints a recipe that works; change that one.',
  }),
  'missing-input': (f) => ({
    message: `Step '${f.step}' needs ${f.slot}, which no step before it produces.`,
    remedy: `Put '${f.remedyStep}' before it in the recipe.`,
  }),
  'bad-usage': (f) => ({ message: `${f.reason}.`, remedy: `truckee ${f.command} --help shows how the command is used.` }),
  'not-found': (f) => ({
    message: `There is no ${f.what} called '${f.name}'.`,
    remedy: nearest(f.near, f.what === 'pack' ? `Make one: truckee pack build ${fileOfPack(f.name)}` : 'truckee list and truckee results show what is there.'),
  }),
  'no-datasets': (f) => ({
    message: `The workspace ${f.workspace} has no datasets yet.`,
    remedy: 'Add some with truckee add FILE..., or make demo plates with truckee generate DIR.',
  }),
  'already-exists': (f) => ({
    message: `${f.path} exists already and is not overwritten.`,
    remedy: 'Choose another name, or remove it first.',
  }),
  'memory-too-small': (f) => ({
    message: `Step '${f.step}' needs at least ${formatBytes(f.neededBytes)} of memory; ${formatBytes(f.availableBytes)} is allowed.`,
    remedy: f.instead === undefined ? `Run with --memory ${formatBytes(f.neededBytes)} or more, or with fewer workers.` : `${f.instead}.`,
  }),
  'disk-too-small': (f) => ({
    message: `${formatBytes(f.neededBytes)} are needed at ${f.path}; ${formatBytes(f.availableBytes)} are free.`,
    remedy: 'Free some space or choose a workspace on another disk (--workspace DIR).',
  }),
  'disk-full': (f) => ({
    message: `The disk is full: ${f.path} could not be written (${f.code}).`,
    remedy: 'Free some space and run the same command again: finished steps are kept and it goes on where it stopped.',
  }),
  'io-failed': (f) => ({
    message: `${f.path} could not be read or written (${f.code}).`,
    remedy: 'Check the disk and its connection, then run the same command again: finished steps are kept.',
  }),
  'download-failed': (f) => ({
    message: `${f.url} could not be fetched: ${f.reason}.`,
    remedy: 'Check the address and the network (proxy: HTTPS_PROXY with NODE_USE_ENV_PROXY=1), then run the same command again: finished parts are kept.',
  }),
  'no-ranges': (f) => ({
    message: `${f.url} cannot be read from afar: its server sends whole files only (it knows no HTTP ranges).`,
    remedy: `Download it and use the file: truckee download ${f.url}`,
  }),
  'remote-changed': (f) => ({
    message: `${f.url} has changed since it was first read (version ${f.expected}, now ${f.found}).`,
    remedy: 'Parts of two versions are never mixed. A download: delete the .part file beside the target and begin again. A file read from afar: truckee remote forget NAME, then add it again.',
  }),
  'remote-missing': (f) => ({
    message: `${f.url} is not there (${f.status}).`,
    remedy: 'Check the address. The former Tahoe bucket was closed on 2026-03-31: use the current one or Hugging Face.',
  }),
  'not-authorised': (f) => ({
    message: `${f.url} refuses access (${f.status}).`,
    remedy: 'The source may be closed, or needs a token (and, for requester-pays buckets, a billing project) that is valid now.',
  }),
  'wrong-digest': (f) => ({
    message: `${f.path} is not what its source announces: ${f.digest} is ${f.found}, not ${f.expected}.`,
    remedy: 'Nothing was kept under that name. Download again; if it happens twice, tell the source.',
  }),
  'workspace-locked': (f) => ({
    message: `The workspace ${f.workspace} is in use by process ${f.pid} since ${f.since}${f.address ? ` (${f.address})` : ''}.`,
    remedy: 'Wait until it ends, or stop that process. Reading commands (list, results, export) work meanwhile.',
  }),
  'busy': (f) => ({
    message: `${f.what} is still going on.`,
    remedy: 'Wait until it ends or stop it, then try again.',
  }),
  'no-access': (f) => ({
    message: `This page may not talk to Truckee: ${f.reason}.`,
    remedy: 'Open the address that truckee serve printed when it started; start it again for a new one.',
  }),
  'address-in-use': (f) => ({
    message: `Port ${f.port} of ${f.host} cannot be used (${f.code === 'EACCES' ? 'this user may not' : 'something else listens there'}).`,
    remedy: 'Choose another with --port, or leave --port out: then a free one is found.',
  }),
  'host-unreachable': () => ({
    message: 'Truckee does not answer.',
    remedy: 'Look whether it still runs where it was started, and start it again with truckee serve: finished work is kept, and a run goes on where it was.',
  }),
  'message-too-large': (f) => ({
    message: `A message of ${formatBytes(f.bytes)} or more was sent; ${formatBytes(f.limit)} is the most that is taken in.`,
    remedy: 'Shorten the recipe or the list that was sent.',
  }),
  'engine-gone': (f) => ({
    message: `The engine process ended unexpectedly (${f.reason}${f.signal ? `, ${f.signal}` : ''}).`,
    remedy: 'Run the same command again: finished steps are kept. With "oom", allow less memory (--memory) or fewer workers.',
  }),
  'worker-memory': (f) => ({
    message: `A worker of step '${f.step}' ran out of memory${f.chunkRows > 0 ? ` with chunks of ${formatCount(f.chunkRows)} rows` : ''}.`,
    remedy: 'Run with fewer workers (--workers) or more memory (--memory); finished steps are kept.',
  }),
  'dataset-changed': (f) => ({
    message: f.opened ? `The file ${f.path} has changed since the loader opened it.` : `The file of dataset '${f.name}' (${f.path}) has changed since it was added.`,
    remedy: f.opened ? `Look whether it is whole, then open the loader again. A pack beside it must be made anew: truckee pack build ${f.path}` : 'Add it again (truckee add FILE) so that results are not mixed.',
  }),
  'corrupt-result': (f) => ({
    message: `The stored result ${f.path} is damaged: ${f.reason}.`,
    remedy: 'Delete that folder and run the recipe again; only what depends on it is recomputed.',
  }),
  cancelled: (f) => ({
    message: `Stopped during ${f.step} at your request.`,
    remedy: remedyOfStop(f.step),
  }),
  internal: (f) => ({
    message: `Something went wrong inside Truckee: ${f.detail}.`,
    remedy: 'This is a defect of ours: truckee doctor prints what a report needs.',
  }),
};

const fileOfPack = (path: string): string => path.replace(/(\.genes)?\.pack$/, '');

/** Sampling and loaders are asked by programs; everything else by recipes and options of commands. */
function remedyOfParameter(step: string, parameter: string): string {
  if (step === 'split') return `Change ${parameter} in what splitRows or findLeaks is given.`;
  if (step === 'generate' || step === 'bench storage') return `truckee ${step === 'generate' ? step : 'bench'} --help gives the meaning and range of each option.`;
  if (step !== 'loader' && step !== 'sampling') return 'truckee run --help gives the meaning, unit and range of each parameter.';
  return `Change ${parameter} in the options of openLoader; truckee bench loader --help tells those of the command.`;
}

function remedyOfStop(step: string): string {
  if (step === 'loading') return 'Nothing is lost: the same epoch goes on with epoch(number, { fromBatch }), any other begins anew.';
  if (step === 'loader') return 'Nothing was kept: the same command begins anew.';
  return 'Finished steps are kept; the same command goes on from here.';
}

function remedyOfDamage(path: string, element: string, reason: string): string {
  if (element === 'the catalog' && /newer Truckee/.test(reason)) return 'Open the workspace with that version; this one leaves it as it is.';
  if (element === 'the catalog') return 'truckee doctor --rebuild makes a new one out of the results and files that are there, and puts the damaged one aside.';
  if (path.endsWith('.pack')) return 'Delete this pack (truckee pack delete FILE) and build it again; the file it was made from is untouched.';
  return 'Compare the file with its checksum at the source and copy it again.';
}
