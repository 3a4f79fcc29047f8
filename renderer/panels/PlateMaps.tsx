/** Plates as maps of their wells: what each well got, in the order of sample numbers, eight rows of twelve. */
import { Select, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type CSSProperties } from 'react';
import type { CatalogSample } from '../../protocol/api.data.ts';
import { host } from '../client/rpc.ts';
import { formatCount } from '../client/words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { wellGrid } from './well-grid.ts';

export function PlateMaps() {
  const plates = useQuery(host.catalog.plates.queryOptions());
  const [chosen, setChosen] = useState<string | null>(null);
  const plate = chosen ?? plates.data?.[0]?.plate ?? null;
  const facts = plates.data?.find((one) => one.plate === plate);
  if (plates.error) return <ErrorCard error={plates.error} />;
  if (plate === null) return <Text c="dimmed">{plates.isPending ? 'Reading...' : 'No plates are known yet.'}</Text>;
  return (
    <>
      <Select label="Plate" maw={220} data={plates.data!.map((one) => one.plate)} value={plate} onChange={setChosen} allowDeselect={false} />
      {facts && <Text size="sm" mt="xs">{formatCount(facts.cells)} cells (released), {facts.samples} wells, {facts.drugs} drug labels</Text>}
      <Wells key={plate} plate={plate} />
    </>
  );
}

function Wells({ plate }: { readonly plate: string }) {
  const { data, error } = useQuery(host.catalog.samples.queryOptions({ input: { plate } }));
  const [well, setWell] = useState<CatalogSample | null>(null);
  if (error) return <ErrorCard error={error} />;
  if (!data) return null;
  const { rows, left } = wellGrid(data);
  const most = Math.max(1, ...data.map((one) => one.meanGenes ?? 0));
  return (
    <>
      <div className="wells" tabIndex={0} role="region" aria-label={`Wells of ${plate}`}>
        <table>
          <caption>Wells in the order of their sample numbers; the darker, the more genes per cell</caption>
          <thead><tr><td />{Array.from({ length: 12 }, (_, i) => <th key={i} scope="col">{i + 1}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, r) => (
              <tr key={r}>
                <th scope="row">{'ABCDEFGH'[r]}</th>
                {row.map((one, c) => (
                  <td key={c}>
                    {one && (
                      <button type="button" aria-pressed={well === one} className={one.drug === 'DMSO_TF' ? 'well control' : 'well'} style={levelOf((one.meanGenes ?? 0) / most)} title={wordsOf(one)} aria-label={wordsOf(one)} onClick={() => setWell(one)}>
                        {one.drug}
                      </button>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Text size="sm" mt="xs" role="status">{well ? wordsOf(well) : 'Choose a well to see what it got.'}</Text>
      {left > 0 && <Text size="sm" c="dimmed">{left} more samples than wells are on this plate: they are in the table only.</Text>}
      <details className="facts">
        <summary>As a table</summary>
        <Table fz="sm" verticalSpacing={2}>
          <Table.Thead><Table.Tr><Table.Th>Sample</Table.Th><Table.Th>Drug</Table.Th><Table.Th>Dose</Table.Th><Table.Th ta="right">Genes per cell (mean)</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>{data.map((one) => <Table.Tr key={one.sample}><Table.Td>{one.sample}</Table.Td><Table.Td>{one.drug}</Table.Td><Table.Td>{one.dose === null ? '' : `${one.dose} ${one.unit ?? ''}`}</Table.Td><Table.Td ta="right">{one.meanGenes === null ? '' : formatCount(Math.round(one.meanGenes))}</Table.Td></Table.Tr>)}</Table.Tbody>
        </Table>
      </details>
    </>
  );
}

function levelOf(share: number): CSSProperties {
  const style: CSSProperties & { '--level': string } = { '--level': `${Math.round(60 * share)}%` };
  return style;
}

function wordsOf(one: CatalogSample): string {
  return `${one.sample}: ${one.drug}${one.dose === null ? '' : ` ${one.dose} ${one.unit ?? ''}`}${one.meanGenes === null ? '' : `, ${formatCount(Math.round(one.meanGenes))} genes per cell`}`;
}
