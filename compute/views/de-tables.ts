/** The tables of a comparison, opened for reading: a condition, a gene over conditions, rows for an export. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { failure, systemFailure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import { parseTreatment } from '../../protocol/treatment.ts';
import { deFolder } from '../../steps/de.ts';
import type { NumberColumn } from '../differential/contract.ts';
import { readNumbers } from '../results/parquet/block-table.ts';
import type { FoundSlots } from '../results/slots.ts';
import type { DeFacts, DeStratumFacts } from '../steps/de-facts.ts';

export interface DeTables {
  readonly facts: DeFacts;
  readonly genes: readonly string[];
  /** Strata with a table. */
  readonly compared: readonly DeStratumFacts[];
  /** @throws not-found */
  stratum(name: string): DeStratumFacts;
  /** Numbers of one condition, for all genes or for one. @throws corrupt-result. */
  read<Name extends NumberColumn>(stratum: DeStratumFacts, target: number, columns: readonly Name[], gene?: number): Record<Name, Float64Array>;
}

/** @throws not-found for a run without a comparison. */
export function openDeTables(slots: FoundSlots): DeTables {
  const path = slots.path('uns/de');
  const facts = slots.facts('de') as DeFacts | undefined;
  if (path === undefined || facts === undefined) throw failure('not-found', { what: 'comparison', name: 'de', near: [] });
  const folder = dirname(dirname(path));
  const genes = JSON.parse(readFileSync(join(folder, deFolder, 'genes.json'), 'utf8')) as string[];
  const compared = facts.strata.filter((one) => one.file !== null);
  return {
    facts, genes, compared,
    stratum(name) {
      const found = compared.find((one) => one.name === name);
      if (!found) throw failure('not-found', { what: 'stratum', name, near: nearNames(name, compared.map((one) => one.name)) });
      return found;
    },
    read(stratum, target, columns, gene) {
      const file = join(folder, stratum.file!);
      try {
        const fd = openSync(file, 'r');
        try {
          const [start, end] = gene === undefined ? [0, stratum.places!.rows] : [gene, gene + 1];
          return Object.fromEntries(columns.map((name) => [name, readNumbers(fd, file, stratum.places!, name, target, start, end)])) as ReturnType<DeTables['read']>;
        } finally {
          closeSync(fd);
        }
      } catch (cause) {
        throw systemFailure(cause, file) ?? cause;
      }
    },
  };
}

/** @throws not-found */
export function targetAt(stratum: DeStratumFacts, target: string): number {
  const labels = stratum.targets.map((one) => one.target);
  const at = labels.indexOf(target);
  if (at < 0) throw failure('not-found', { what: `condition in ${stratum.name}`, name: target, near: nearNames(target, labels) });
  return at;
}

/** Drug and dose of a label that spells out one treatment. */
export function treatmentOf(target: string): { drug: string; dose: number | null } {
  const treatment = parseTreatment(target);
  return treatment?.length === 1 ? { drug: treatment[0]!.drug.trim(), dose: treatment[0]!.dose } : { drug: target, dose: null };
}
