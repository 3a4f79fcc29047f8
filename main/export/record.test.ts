import { describe, expect, test } from 'vitest';
import { asFingerprint } from '../../protocol/ids.ts';
import type { Provenance } from '../../protocol/provenance.ts';
import { escapeMarkdown, plainValue } from './markdown.ts';
import { writeRecord, type RecordInput } from './record.ts';

const provenance = (step: string, more: Partial<Provenance> = {}): Provenance => ({
  truckee: '0.1.0', step, stepVersion: 2, fingerprint: asFingerprint('cd'.repeat(32)), params: { n_comps: 50, level: 'full', cut: null, tops: [50, 100] }, seed: 7,
  inputs: [], plan: { ramBytes: 1, diskBytes: 1, seconds: 1, chunkRows: 4096, chunkStored: 1, workers: 2, passes: 1, resumable: 'restart', notes: [] },
  started: '2026-01-02T03:04:05.000Z', wallSeconds: 61, cpuSeconds: 100, peakBytes: 300 * 1024 * 1024, passes: 2, kernels: 'wasm', workers: 2, chunkRows: 4096,
  hardware: { os: 'linux', cpu: 'Some CPU', cores: 2, gpu: 'not used' }, versions: { node: '24.21.0', v8: '13', zlib: '' },
  outcome: { cells: 12345, where: '/home/someone/x.h5ad' }, notes: ['read /home/someone/data/x.h5ad | slowly'], ...more,
});
const input: RecordInput = {
  title: 'A <b>run</b> | of *mine*', recipe: { name: 'pca-umap', seed: 7, genes: 'same' },
  results: [{ provenance: provenance('pca'), reused: false }, { provenance: provenance('umap', { peakBytes: null, notes: [] }), reused: true }],
  datasets: [{ name: 'p1', file: '/home/someone/data/p1.h5ad', cells: 4000, genes: 62710, fingerprint: 'ef'.repeat(32), demo: true }],
  machine: { os: 'Linux 6.1', cpu: 'Some CPU', cores: 2, memoryBytes: 8 * 1024 ** 3, gpu: 'none', driver: 'none' },
  packages: { zod: '4.6.7' }, versions: { truckee: '0.1.0' }, date: '2026-01-02T03:05:06.000Z',
};

/** Tables by the heading they stand under, as rows of cells. */
function tables(text: string): Record<string, string[][]> {
  const found: Record<string, string[][]> = {};
  let heading = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
    if (line.startsWith('| ')) (found[heading] ??= []).push(line.slice(2, -2).split(' | '));
  }
  return found;
}

describe('writeRecord', () => {
  const text = writeRecord(input);
  test('has the tables of packages, dependencies, components, data and steps, each of one width', () => {
    const all = tables(text);
    expect(Object.keys(all)).toEqual(['Packages', 'Dependencies', 'Components', 'Data', 'Steps']);
    for (const rows of Object.values(all)) expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(all['Packages']).toEqual([['package', 'version', 'role'], ['---', '---', '---'], ['truckee', '0.1.0', 'this program'], ['node', '24.21.0', 'runtime'], ['v8', '13', 'runtime'], ['zod', '4.6.7', 'package']]);
    expect(all['Dependencies']!.filter((row) => row[0] === 'direct').map((row) => row[1])).toEqual(['scanpy', 'dask', 'dask\\[distributed\\]', 'anndata']);
    expect(Object.fromEntries(all['Components']!)).toMatchObject({ memory: '8.0 GiB', 'kernel set used': 'wasm', date: '2026-01-02T03:05:06.000Z' });
    expect(all['Steps']!.slice(2)).toEqual([['pca', '1 min 01 s', '1 min 40 s', '300 MiB', '2', '2', 'computed'], ['umap', '1 min 01 s', '1 min 40 s', 'unknown', '2', '2', 'reused']]);
  });
  test('gives parameters and outcome in words', () => {
    for (const words of ['### 1. Principal components (pca, version 2)', '- n\\_comps: 50', '- tops: 50, 100', '- cut: none', '- cells: 12,345', 'seed 7', 'Demo data']) expect(text).toContain(words);
  });
  test('names no folder, and names from outside are no markup', () => {
    expect(text).not.toContain('someone');
    expect(text).toContain('p1.h5ad');
    expect(text).toContain('# Run record: A &lt;b&gt;run&lt;/b&gt; \\| of \\*mine\\*');
  });
});

test('escapeMarkdown', () => {
  expect(escapeMarkdown('- [x](y) <i> `c`\n# d')).toBe('\\- \\[x\\](y) &lt;i&gt; \\`c\\` # d');
  expect(escapeMarkdown('0.1.0')).toBe('0.1.0');
  expect(escapeMarkdown('-2.5')).toBe('-2.5');
  expect(escapeMarkdown('1. not a list')).toBe('1\\. not a list');
});
test('plainValue', () => expect([plainValue(0.1234567), plainValue([1, 2, 3, 4, 5, 6, 7, 8, 9]), plainValue({ a: true }), plainValue(undefined)]).toEqual(['0.123457', '1, 2, 3, 4, 5, 6, 7, 8 ... (9 in all)', 'a yes', 'none']));
