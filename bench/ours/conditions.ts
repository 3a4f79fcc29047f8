/** Our side of `conditions`: the host's own answer, the median of 21. */
import { queryConditions } from '../../main/catalog/condition-query.ts';
import { openWorkspace } from '../../main/workspace.ts';

const workspace = openWorkspace(process.argv[2]!);
let cells = 0;
const seconds = Array.from({ length: 21 }, () => {
  const start = performance.now();
  cells = queryConditions(workspace.catalog, { target: ['BRAF'], dose: [5] }, workspace.root, 2).cells;
  return (performance.now() - start) / 1000;
}).sort((a, b) => a - b);
workspace.close();
console.log(JSON.stringify({ ok: true, seconds: seconds[10], cells }));
