import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseRecipe } from '../../protocol/recipe.ts';
import { cases } from '../cases/table.ts';
import type { PairedCase, Side } from './case.ts';
import { measure } from './measure.ts';
import { median, runPaired } from './rounds.ts';

const scratchRoot = mkdtempSync(join(tmpdir(), 'bench-'));
afterAll(() => rmSync(scratchRoot, { recursive: true, force: true }));

const node = (code: string): string[] => [process.execPath, '-e', code];
const answering = (seconds: number, extra = ''): string[] => node(`${extra};console.log('noise');console.log(JSON.stringify({ ok: true, seconds: ${seconds}, cells: 10 }))`);

describe.runIf(process.platform === 'linux')('measuring a command', () => {
  test('takes the last JSON line, CPU time and memory of the whole tree', async () => {
    // the child holds 64 MiB and burns 0.4 s; the parent only waits for it
    const child = `const b=Buffer.alloc(64<<20,1);const t=Date.now();while(Date.now()-t<400);console.log(b[5])`;
    const m = await measure({ argv: answering(0.25, `require('child_process').execFileSync(process.execPath,['-e',${JSON.stringify(child)}])`) }, 1);
    expect(m.answer.seconds).toBe(0.25);
    expect(m.wallSeconds).toBeGreaterThan(0.4);
    expect(m.cpuSeconds).toBeGreaterThan(0.1);
    expect(m.peakPssBytes).toBeGreaterThan(64 << 20);
  });

  test('collects result folders from events and from the last line', async () => {
    const lines = [
      { event: { kind: 'result', step: 'qc', path: '/a' } }, { kind: 'result', step: 'pca', path: '/b' },
      { ok: true, seconds: 1, results: [{ step: 'umap', path: '/c' }] },
    ];
    const m = await measure({ argv: node(lines.map((line) => `console.log(${JSON.stringify(JSON.stringify(line))})`).join(';')) }, 1);
    expect(Object.fromEntries(m.results)).toEqual({ qc: '/a', pca: '/b', umap: '/c' });
  });

  test('a failing command and a refusal are errors with their words', async () => {
    await expect(measure({ argv: node('console.error("boom");process.exit(3)') }, 1)).rejects.toThrow(/ended with 3[\s\S]*boom/);
    await expect(measure({ argv: node('console.log(\'{"ok":false,"seconds":1,"error":"no"}\')') }, 1)).rejects.toThrow('no');
    await expect(measure({ argv: node('console.log("nothing")') }, 1)).rejects.toThrow('no last line');
  });
});

describe.runIf(process.platform === 'linux')('paired rounds', () => {
  test('alternate, prepare our side untimed, hand our result to the peer, and delete their folders', async () => {
    const file = join(scratchRoot, 'data');
    writeFileSync(file, 'x');
    const order: string[] = [];
    const side = (name: string, seconds: number): Side => ({
      prepare: async (round) => void order.push(`${name}${round.ours ? '+' : ''}`),
      command: (round) => ({ argv: answering(seconds + (round.ours?.answer.seconds ?? 0)) }),
    });
    const paired: PairedCase = {
      kind: 'paired', title: '', reach: '', metric: 'seconds', leastRatio: 1, data: 'plate-20k', ours: side('A', 1), peer: side('B', 2),
      compare: async (ours, peer, scratch) => [`${ours.answer.seconds} ${peer.answer.seconds} ${scratch.ours !== scratch.peer}`],
    };
    const found = await runPaired(paired, [file], { rounds: 2, threads: 1, cache: 'warm', scratchRoot });
    expect(order).toEqual(['A', 'B+', 'A', 'B+']);
    expect(found.ours.seconds).toEqual([1, 1]);
    expect(found.peer.seconds).toEqual([3, 3]);
    expect(found.problems).toEqual(['1 3 true']);
    expect(readdirSync(scratchRoot)).toEqual(['data']);
  });

  test('median of odd and even counts', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

test('every recipe of the benches is a valid recipe', () => {
  const folder = join(import.meta.dirname, '..', 'recipes');
  const names = readdirSync(folder);
  expect(names).toEqual(['budget.json', 'components.json', 'pca.json', 'scan.json', 'umap.json', 'whole.json']);
  for (const name of names) expect(parseRecipe(readFileSync(join(folder, name), 'utf8'), name).steps.length).toBeGreaterThan(3);
});

test('every bench states a figure', () => {
  for (const one of Object.values(cases)) expect(one.reach).toMatch(/\d/);
});
