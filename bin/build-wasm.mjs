/**
 * Compiles the AssemblyScript modules to dist/. Plain JavaScript, because it runs before anything else is built.
 * Does nothing when the output is newer than every source; `--force` compiles anyway.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const common = ['--runtime', 'stub', '--optimizeLevel', '3', '--noAssert', '--enable', 'simd', '--maximumMemory', '65536'];

/** Imported: decoders write where kernels and other threads read. */
const sharedMemory = ['--enable', 'threads', '--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1'];

/**
 * One entry per module: the folder of its sources (with index.ts), the file made from them and how it gets its memory. Memories
 * may grow to the 4 GiB of wasm32; each loader chooses its own smaller limit.
 */
const modules = [
  {
    sources: 'compute/kernels/wasm/assembly',
    output: 'dist/compute/kernels/wasm/kernels.wasm',
    flags: sharedMemory,
  },
  { sources: 'compute/codecs/wasm/assembly', output: 'dist/compute/codecs/wasm/inflate.wasm', flags: ['--initialMemory', '2'] },
  {
    sources: 'compute/codecs/deflate/assembly', output: 'dist/compute/codecs/deflate/deflate.wasm', flags: ['--initialMemory', '4'],
    // Shares the checksum.
    also: 'compute/codecs/wasm/assembly',
  },
  { sources: 'compute/codecs/pack/assembly', output: 'dist/compute/codecs/pack/pack.wasm', flags: sharedMemory },
];

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newestSource(folder) {
  const files = readdirSync(join(root, folder), { recursive: true }).filter((name) => name.endsWith('.ts'));
  const inputs = files.map((name) => join(root, folder, name));
  inputs.push(fileURLToPath(import.meta.url), join(root, 'node_modules/assemblyscript/package.json'));
  return Math.max(...inputs.map(changedAt));
}

/** Compiles every module that is out of date; rejects with the compiler's words. Returns how many were compiled. */
export async function buildWasm({ force = false } = {}) {
  let compiled = 0;
  for (const { sources, also, output, flags } of modules) {
    const target = join(root, output);
    if (!force && [sources, ...(also ? [also] : [])].every((folder) => changedAt(target) > newestSource(folder))) continue;
    mkdirSync(dirname(target), { recursive: true });
    // Renamed when complete: a test run beside this one never loads half a module.
    const partial = `${output}.${process.pid}.tmp`;
    const { error, stderr } = await asc.main([`${sources}/index.ts`, '--outFile', partial, '--baseDir', root, ...common, ...flags]);
    if (error) {
      rmSync(join(root, partial), { force: true });
      throw new Error(`${sources} does not compile: ${error.message}\n${stderr.toString()}`);
    }
    renameSync(join(root, partial), target);
    compiled++;
  }
  return compiled;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const compiled = await buildWasm({ force: process.argv.includes('--force') });
  console.log(compiled === 0 ? 'WASM modules are up to date.' : `Compiled ${compiled} WASM module(s).`);
}
