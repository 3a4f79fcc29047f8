/** One gene over doses and lines: response of the chosen drug, and every comparison it is part of. */
import { Loader, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import type { DeGene, DeGeneRow } from '../../protocol/de.ts';
import { host } from '../client/rpc.ts';
import { formatCount, formatValue } from '../client/words.ts';
import { lineColors, Lines, type LineSeries } from '../plots/Lines.tsx';
import { conditionWords, stratumWords } from './de-words.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { SaveFigure } from './SaveFigure.tsx';
import { SaveTable } from './SaveTable.tsx';

export interface DeGeneProps {
  readonly run: string;
  readonly gene: string;
  readonly drug: string;
}

const mostRows = 40;

export function DeGeneView({ run, gene, drug }: DeGeneProps) {
  const found = useQuery({ ...host.de.ask.queryOptions({ input: { run, ask: { ask: 'gene', gene } } }), staleTime: Number.POSITIVE_INFINITY });
  const draw = useRef<() => string>(() => '');
  const data = found.data?.kind === 'gene' ? found.data : null;
  const response = useMemo(() => (data ? responseOf(data, drug) : null), [data, drug]);
  if (found.error) return <ErrorCard error={found.error} />;
  if (!data || !response) return <Loader />;
  const rows = [...data.rows].sort((a, b) => (a.pValue ?? 1) - (b.pValue ?? 1)).slice(0, mostRows);
  return (
    <section aria-label={`Gene ${gene}`}>
      {response.places.length > 0 && response.series.length > 0 ? (
        <>
          <Lines title={`${gene} under ${drug}`} series={response.series} places={response.places} axes={['dose, µM', 'log2 fold change']} zero onDraw={(svg) => void (draw.current = svg)} />
          {response.more > 0 && <Text size="xs" c="dimmed">and {response.more} more lines in the table</Text>}
        </>
      ) : <Text size="sm">{drug} has no doses to draw.</Text>}
      <span className="row">{response.places.length > 0 && response.series.length > 0 && <SaveFigure name={`${gene}-${drug}-doses`} svg={() => draw.current()} />}<SaveTable name={`${gene}-all-comparisons`} head={['target', 'stratum', 'log2_fold_change', 'p_value', 'fdr', 'cells', 'target_mean', 'ref_mean']}
        rows={() => data.rows.map((row) => [row.target, row.stratum, row.log2FoldChange, row.pValue, row.fdr, row.cells, row.targetMean, row.refMean])} /></span>
      <Table fz="sm" verticalSpacing={3} striped mt="sm" aria-label={`${gene} in all comparisons`}>
        <Table.Thead><Table.Tr><Table.Th>condition</Table.Th><Table.Th>stratum</Table.Th><Table.Th ta="right">log2 fold change</Table.Th><Table.Th ta="right">p</Table.Th><Table.Th ta="right">fdr</Table.Th><Table.Th ta="right">cells</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>{rows.map((row) => (
          <Table.Tr key={`${row.stratum} ${row.target}`}>
            <Table.Td>{conditionWords(row)}</Table.Td><Table.Td>{stratumWords(row.stratum)}</Table.Td><Table.Td ta="right">{shown(row.log2FoldChange, '±∞')}</Table.Td><Table.Td ta="right">{shown(row.pValue, '')}</Table.Td><Table.Td ta="right">{shown(row.fdr, 'left out')}</Table.Td><Table.Td ta="right">{formatCount(row.cells)}</Table.Td>
          </Table.Tr>
        ))}</Table.Tbody>
      </Table>
      {data.rows.length > rows.length && <Text size="xs" c="dimmed">The {rows.length} most certain of {formatCount(data.rows.length)} comparisons.</Text>}
    </section>
  );
}

const shown = (value: number | null, otherwise: string): string => (value === null ? otherwise : formatValue(value));
/** A gene seen on one side only would stretch the axis out of sight. */
const widest = 8;

/** One line per cell line, whatever the plate: doses lie on several plates. */
function responseOf({ rows }: DeGene, drug: string): { series: LineSeries[]; places: string[]; more: number } {
  const own = rows.filter((row) => row.drug === drug && row.dose !== null);
  const doses = [...new Set(own.map((row) => row.dose!))].sort((a, b) => a - b);
  const lineOf = (row: DeGeneRow): string => row.stratum.split(' · ')[1] ?? row.stratum;
  const lines = [...new Set(own.map(lineOf))];
  const series = lines.map((name): LineSeries => ({
    name, values: doses.map((dose) => {
      const values = own.filter((row) => lineOf(row) === name && row.dose === dose).map((row) => row.log2FoldChange).filter((value) => value !== null);
      return values.length === 0 ? null : Math.max(-widest, Math.min(widest, values.reduce((a, b) => a + b, 0) / values.length));
    }),
  }));
  const strength = (one: LineSeries): number => Math.max(0, ...one.values.map((value) => Math.abs(value ?? 0)));
  const drawn = series.sort((a, b) => strength(b) - strength(a)).slice(0, lineColors.length);
  return { series: drawn, places: doses.map(formatValue), more: series.length - drawn.length };
}
