/** ln(1 + x) of the normalised counts: never written out, applied while reading. */
import { z } from 'zod';
import { planPass } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { param, realNumber } from './params.ts';

const what = z.strictObject({
  base: param(realNumber(1.0001, 1e6).nullable().default(null), {
    help: 'Base of the logarithm.', whenNull: 'the natural logarithm', advanced: true,
  }),
});

export const log1p = defineStep({
  id: 'log1p',
  version: 1,
  title: 'Logarithm',
  why: 'Evens out the spread between weak and strong genes.',
  what,
  uses: [],
  seeded: false,
  reads: () => ['X:normalized'],
  writes: () => ['X:lognorm'],
  plan: (facts, params, how, hardware) => ({
    params,
    plan: planPass(facts, how, hardware, { engineBytes: 0, workerBytes: 0, passes: 0, rowBytes: 0, outputColumns: 0, workPerEntry: 0 }),
    facts,
  }),
  python: (p, n) => [code(p.base === null ? `${n.library}.pp.log1p(${n.adata})` : `${n.library}.pp.log1p(${n.adata}, base=${pythonLiteral(p.base)})`)],
});
