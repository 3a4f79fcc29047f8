/** Workers know genes by their number in the file; people know them by name. */
import { TruckeeError, failure, isKind } from '../../protocol/errors.ts';
import type { ErrorFacts } from '../../protocol/errors.facts.ts';
import type { Plate } from '../matrix/plates.ts';

/** The part of a run's input that names genes. */
export interface NamedGenes {
  readonly genes: readonly string[];
  readonly plates: readonly Pick<Plate, 'path' | 'toCommon'>[];
}

/** The same error with the gene's name in place of its number, where the gene is one of the common ones. */
export function withGeneName(thrown: unknown, input: NamedGenes): unknown {
  if (!isKind(thrown, 'bad-values')) return thrown;
  const facts = thrown.data.facts as ErrorFacts['bad-values'];
  const number = /^number (\d+)$/.exec(facts.gene)?.[1];
  const plate = input.plates.find((candidate) => candidate.path === facts.path);
  if (number === undefined || !plate) return thrown;
  const common = plate.toCommon ? plate.toCommon[Number(number)]! : Number(number);
  const gene = input.genes[common];
  return gene === undefined ? thrown : new TruckeeError(failure('bad-values', { ...facts, gene }).data);
}
