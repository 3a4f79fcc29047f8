/** The one gene that each condition is about, as an obs column names it. */
import { failure } from '../../protocol/errors.ts';
import type { StepContext } from './contract.ts';
import type { PlateGroups } from './de-groups.ts';
import { labelsOf } from './de-labels.ts';
import type { TestedGenes } from './de-plate.ts';

type Context = StepContext<'de'>;

/** Genes that any cell names. @throws invalid-parameter, nothing-left when the data have none of them. */
export function namedGenes({ input, params }: Context): ReadonlySet<string> {
  const names = new Set<string>();
  for (const ref of input.columnFiles(params.gene_key!)) {
    if (ref.kind !== 'codes') throw failure('invalid-parameter', { step: 'de', parameter: 'gene_key', value: params.gene_key!, reason: 'it holds numbers, not names of genes' });
    for (const name of ref.categories) names.add(name);
  }
  if (!input.genes.some((gene) => names.has(gene))) throw failure('nothing-left', { step: 'de', before: input.genes.length, axis: 'genes', detail: `no gene has a name that ${params.gene_key!} holds` });
  return names;
}

/** Per slot its gene among those tested, -1 where the data have no such gene. @throws invalid-parameter when one condition names two. */
export function ownGenes(context: Context, at: number, { slot, slotCells, strata }: PlateGroups, genes: TestedGenes): Int32Array {
  const named = labelsOf(context, at, [context.params.gene_key!]);
  const code = new Int32Array(slotCells.length).fill(-1);
  const isTarget = Uint8Array.from({ length: slotCells.length }, () => 1);
  for (const { base } of strata) isTarget[base] = 0;
  for (let cell = 0; cell < slot.length; cell++) {
    const s = slot[cell]!;
    const own = named.codes[cell]!;
    if (s < 0 || own < 0 || isTarget[s] === 0) continue;
    if (code[s]! >= 0 && code[s] !== own) {
      const { targets, base } = strata.find((one) => s > one.base && s <= one.base + one.targets.length)!;
      throw failure('invalid-parameter', {
        step: 'de', parameter: 'gene_key', value: context.params.gene_key!, reason: `${targets[s - base - 1]!.target} names two genes, ${named.names[code[s]!]!} and ${named.names[own]!}`,
      });
    }
    code[s] = own;
  }
  const place = new Map(genes.names.map((name, i) => [name, i]));
  return code.map((one) => (one < 0 ? -1 : (place.get(named.names[one]!) ?? -1)));
}
