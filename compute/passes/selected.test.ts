import { readFileSync, readdirSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenArrays, goldenNames, relativeGap } from '../../fixtures/golden.ts';
import { cpuKernels } from '../kernels/cpu/index.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import { createWasmKernelsSync } from '../kernels/wasm/index.ts';
import { writeArray } from '../results/array.ts';
import { scratchFolder } from '../results/testing/python.ts';
import { blockOf, goldenTile, runOver, someCuts, type Golden } from './golden.cases.ts';
import { openGram } from './gram.ts';
import { openProject } from './project.ts';
import { openSelector, type SelectSpec } from './selected.ts';

const wasm = createWasmKernelsSync();
const sets: readonly (readonly [string, KernelSet])[] = [['cpu', cpuKernels], ...(wasm ? [['wasm', wasm] as const] : [])];
const folder = scratchFolder();
let files = 0;

/** All cells, or those of `keep`, and every gene in its place. */
function specFor({ matrix }: Golden, totals: Float64Array, target: number, logScale: number, keep: Uint8Array | null = null): SelectSpec {
  const path = (values: Float64Array | Uint8Array): string => {
    const made = join(folder, `array-${++files}`);
    writeArray(made, values);
    return made;
  };
  const identity = Int32Array.from({ length: matrix.genes }, (_, gene) => gene);
  return { rows: { keep: keep ? path(keep) : null, totals: path(totals) }, targets: [target], logScale, geneMaps: [identity], genes: matrix.genes };
}

describe.each(sets)('%s kernels', (_, kernels) => {
  test.each(goldenNames('normalize'))('golden/%s: normalised and log values in stored order', (name) => {
    const golden = goldenTile(name);
    const normalize = goldenArrays(name, 'normalize');
    const log1p = goldenArrays(name, 'log1p');
    const cases = [
      ['default', 0, normalize.numbers('default/values')], ['target', 0, normalize.numbers('target/values')], ['exclude', 0, normalize.numbers('exclude/values')],
      ['default', 1, log1p.numbers('natural')], ['default', 1 / Math.log(2), log1p.numbers('base2')],
    ] as const;
    for (const [option, logScale, expected] of cases) {
      const selector = openSelector(specFor(golden, normalize.numbers(`${option}/totals`), normalize.scalar(`${option}/target`), logScale), kernels);
      selector.begin(golden.tile, golden.plate);
      for (const [start, end] of [[0, 11], [11, golden.matrix.cells]] as const) {
        const out = selector.select(blockOf(golden.matrix, start, end, kernels), start);
        const [first, last] = [golden.matrix.indptr[start]!, golden.matrix.indptr[end]!];
        expect(out.rows).toBe(end - start);
        expect([...out.indices.subarray(0, last - first)]).toEqual([...golden.matrix.indices.subarray(first, last)]);
        // Two units in the last place of single precision.
        expect(relativeGap(out.values.subarray(0, last - first), expected.subarray(first, last), 1e-30), `${option}, scale ${logScale}`).toBeLessThan(3e-7);
      }
    }
  });

  test('sums of products and scores do not depend on blocks, and equal plain float64 arithmetic', () => {
    const golden = goldenTile('sparse');
    const totals = goldenArrays('sparse', 'normalize').numbers('default/totals');
    const keep = totals.map((total, cell) => Number(total > 0 && cell % 4 !== 1));
    const select = specFor(golden, totals, 20, 1, Uint8Array.from(keep));
    const z = denseValues(golden, totals, keep, 20);
    const genes = golden.matrix.genes;
    const grams = someCuts.map((cuts) => runOver(openGram({ select, spool: null }, [golden.plate], kernels), golden, cuts, kernels));
    for (const gram of grams) expect(gram).toEqual(grams[0]);
    const { rows, gram, sum } = grams[0]!;
    expect(rows).toBe(z.length);
    for (let a = 0; a < genes; a++) {
      expect(sum[a]).toBeCloseTo(z.reduce((s, row) => s + row[a]!, 0), 4);
      for (let b = a; b < genes; b++) expect(gram[a * genes + b]).toBeCloseTo(z.reduce((s, row) => s + row[a]! * row[b]!, 0), 4);
    }
    const loadings = Float32Array.from({ length: genes * 3 }, (_value, i) => Math.sin(i));
    const offset = Float64Array.of(0.5, -1, 2);
    const scores = someCuts.map((cuts) => runOver(openProject({ select, spool: null, loadings, offset }, [golden.plate], kernels), golden, cuts, kernels).scores);
    for (const each of scores) expect(each).toEqual(scores[0]);
    const expected = z.flatMap((row) => [0, 1, 2].map((c) => row.reduce((s, value, gene) => s + value * loadings[gene * 3 + c]!, 0) - offset[c]!));
    expect(relativeGap(scores[0]!, expected)).toBeLessThan(1e-5);
  });

  test('values kept for the second pass give the same scores; a damaged or missing file is read from X again', () => {
    const golden = goldenTile('deep');
    const totals = goldenArrays('deep', 'normalize').numbers('default/totals');
    const select = specFor(golden, totals, 500, 1, Uint8Array.from(totals, (_total, cell) => Number(cell % 3 !== 0)));
    const spool = join(folder, `spool-${++files}`);
    mkdirSync(spool);
    runOver(openGram({ select, spool }, [golden.plate], kernels), golden, [5, 50], kernels);
    const loadings = Float32Array.from({ length: golden.matrix.genes * 4 }, (_value, i) => Math.cos(i));
    const spec = { select, loadings, offset: new Float64Array(4) };
    const fromX = runOver(openProject({ ...spec, spool: null }, [golden.plate], kernels), golden, [33], kernels).scores;
    const worker = openProject({ ...spec, spool }, [golden.plate], kernels);
    worker.begin(golden.tile, golden.plate);
    expect(worker.atHand!(golden.tile)).toBe(true);
    expect(worker.end().scores).toEqual(fromX);

    const file = join(spool, readdirSync(spool)[0]!);
    const whole = readFileSync(file);
    const broken = Buffer.from(whole);
    broken[whole.length - 9]! ^= 1;
    for (const bytes of [broken, whole.subarray(0, whole.length - 6), Buffer.alloc(0)]) {
      writeFileSync(file, bytes);
      worker.begin(golden.tile, golden.plate);
      expect(worker.atHand!(golden.tile)).toBe(false);
    }
    expect(runOver(worker, golden, [12], kernels).scores).toEqual(fromX);
  });
});

/** Kept cells as dense rows of log values. */
function denseValues({ matrix }: Golden, totals: Float64Array, keep: Float64Array, target: number): number[][] {
  return [...totals.keys()].filter((cell) => keep[cell] === 1).map((cell) => {
    const row = Array<number>(matrix.genes).fill(0);
    for (let p = matrix.indptr[cell]!; p < matrix.indptr[cell + 1]!; p++) row[matrix.indices[p]!] = Math.log1p((matrix.values[p]! * target) / totals[cell]!);
    return row;
  });
}
