/** Files that keep a model's latents in place of counts: their X is empty on purpose, and must not be taken for data. */
import type { InspectProblem } from '../../protocol/inspect.ts';
import type { MatrixSpec } from './contract.ts';
import { problem } from './problems.ts';

/** Where scvi-tools keeps what it kept of each cell. */
const latents = '_scvi_latent_qzm';

interface Held { readonly counts: MatrixSpec | null; readonly obsm: Readonly<Record<string, readonly number[]>> }

export function isMinified({ counts, obsm }: Held): boolean {
  return latents in obsm && counts !== null && counts.facts.stored === 0;
}

export function minifiedProblems(held: Held): InspectProblem[] {
  if (!isMinified(held)) return [];
  const size = held.obsm[latents]!.at(-1) ?? 0;
  return [problem('minified', held.counts!.facts.slot, `The matrix is empty on purpose: this is a minified SCVI file, which keeps ${size} latent values of each cell (obsm/${latents}) in place of its counts. Counts can only be decoded with the model that made it.`)];
}
