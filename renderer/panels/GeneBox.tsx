/** A gene by its name, found while typing among the genes of the run; a name that is not there is answered with near ones. */
import { Autocomplete, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { columnsOptions } from '../client/points.ts';

export interface GeneBoxProps {
  readonly run: string;
  readonly gene: string | null;
  /** Default: 'Or a gene'. */
  readonly label?: string;
  /** What is shown without a gene; without such a word the gene can only be changed. */
  readonly back?: string;
  /** Null only for `back`. */
  onGene(gene: string | null): void;
}

const mostOffered = 12;

export function GeneBox({ run, gene, label = 'Or a gene', back, onGene }: GeneBoxProps) {
  const [typed, setTyped] = useState(gene ?? '');
  const genes = useQuery({ ...columnsOptions({ run, of: 'genes', columns: [] }), enabled: typed !== '' });
  const offered = useMemo(() => near(genes.data?.header.names ?? [], typed), [genes.data, typed]);
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (typed.trim() !== '') onGene(typed.trim()); else if (back !== undefined) onGene(null); }}>
      <Group align="end" gap="xs" mt="xs" wrap="nowrap">
        <Autocomplete className="grow" label={label} placeholder="TP53" value={typed} data={offered} filter={({ options }) => options} onChange={setTyped} onOptionSubmit={(name) => onGene(name)} />
        <Button type="submit" variant="default">Show</Button>
        {gene !== null && back !== undefined && <Button variant="subtle" onClick={() => { setTyped(''); onGene(null); }} aria-label={back}>×</Button>}
      </Group>
    </form>
  );
}

/** Names that begin with what was typed come before those that contain it. */
export function near(names: readonly string[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [];
  const [first, then]: [string[], string[]] = [[], []];
  for (const name of names) {
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) first.push(name);
    else if (at > 0 && then.length < mostOffered) then.push(name);
    if (first.length >= mostOffered) break;
  }
  // An exact name is what was meant, however many begin like it.
  first.sort((a, b) => a.length - b.length);
  return [...new Set([...first, ...then])].slice(0, mostOffered);
}
