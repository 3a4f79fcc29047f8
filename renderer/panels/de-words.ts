/** Conditions of a comparison in words, and what drugs, doses and strata there are to choose from. */
import type { DeCondition, DeOverview } from '../../protocol/de.ts';
import { formatValue } from '../client/words.ts';

export type DeStratum = DeOverview['strata'][number];

export function conditionWords({ drug, dose, target }: Pick<DeCondition, 'drug' | 'dose' | 'target'>): string {
  return dose === null ? target : `${drug}, ${formatValue(dose)} µM`;
}

/** A stratum for people: the plate once where the data set is named after it. */
export function stratumWords(name: string): string {
  const [dataset, line, plate, ...more] = name.split(' · ');
  return plate !== undefined && more.length === 0 && dataset!.startsWith(plate) ? `${dataset!} · ${line!}` : name;
}

/** Strata that have something to show, the one with most significant genes first. */
export function shownStrata({ strata }: Pick<DeOverview, 'strata'>): DeStratum[] {
  const total = (one: DeStratum): number => one.conditions.reduce((sum, condition) => sum + condition.significant, 0);
  return strata.filter((one) => one.conditions.length > 0).sort((a, b) => total(b) - total(a));
}

/** The condition of a drug at a dose nearest to the one wanted. */
export function conditionOf(stratum: DeStratum, drug: string, dose: number | null): DeCondition | null {
  const doses = stratum.conditions.filter((one) => one.drug === drug);
  return doses.find((one) => one.dose === dose) ?? doses.at(-1) ?? null;
}

/** The condition a page begins with: the one that moves most genes. */
export function leadingCondition(stratum: DeStratum): DeCondition {
  return stratum.conditions.reduce((best, one) => (one.significant > best.significant ? one : best));
}
