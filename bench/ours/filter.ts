/** Our side of `filter`: the engine's own count of matching cells, a slice of rows at a time. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { countMatches } from '../../compute/columns/matches.ts';
import type { ColumnRef } from '../../compute/columns/file.ts';
import { rowPlaces } from '../../compute/columns/row-places.ts';
import { parseWhere } from '../../protocol/where.ts';

const [folder, rowText, drugText] = process.argv.slice(2) as [string, string, string];
const rows = Number(rowText);
const categories = Array.from({ length: Number(drugText) }, (_, i) => `drug${i}`);
const [drug, mito] = [join(folder, 'drug.i16'), join(folder, 'mito.f32')];
for (const path of [drug, mito]) execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
const columns = new Map<string, ColumnRef>([
  ['drug', { kind: 'codes', path: drug, rows, bytes: 2, categories }],
  ['pcnt_mito', { kind: 'number', path: mito, rows, single: true }],
]);
const start = performance.now();
const { cells } = countMatches({ rows, columns, where: parseWhere("drug == 'drug7' and pcnt_mito < 0.1"), by: ['drug'], places: await rowPlaces(null), stopIfCancelled: () => undefined });
console.log(JSON.stringify({ ok: true, seconds: (performance.now() - start) / 1000, cells }));
