/** Two named choices side by side: how many cells each means and how their make-up differs. The seat from which two sets are compared. */
import { Button, Group, Loader, NativeSelect, Table, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import type { RunColumns, Selection } from '../../protocol/api.types.ts';
import { rasterOptions } from '../client/points.ts';
import { formatCount } from '../client/words.ts';
import { choiceOf, fromText } from '../plots/view-state.ts';
import { CompareGenes } from './CompareGenes.tsx';
import { ErrorCard } from './ErrorCard.tsx';
import { usualView } from './use-view-state.ts';

export interface CompareChoicesProps {
  readonly run: string;
  readonly columns: RunColumns;
  readonly selections: readonly Selection[];
  /** Column whose labels are compared. */
  readonly by: string | null;
}

export function CompareChoices({ run, columns, selections, by }: CompareChoicesProps) {
  const [open, setOpen] = useState(false);
  const [picked, setPair] = useState<readonly [string | null, string | null]>([null, null]);
  const pair = [picked[0] ?? selections[0]?.name ?? '', picked[1] ?? selections[1]?.name ?? ''] as const;
  const labels = columns.columns.filter((one) => one.kind === 'labels').map((one) => one.name);
  const [column, setColumn] = useState(by !== null && labels.includes(by) ? by : (labels[0] ?? null));
  const kept = pair.map((name) => selections.find((one) => one.name === name));
  const usual = usualView(columns);
  // One square holds every cell: its colour counts are the make-up of the choice.
  const asked = kept.map((one) => {
    const state = fromText(one?.view, usual);
    return { ...rasterOptions({ run, basis: state.basis, color: column, width: 1, height: 1, choice: choiceOf(state) }), enabled: open && one !== undefined && column !== null };
  });
  const sides = useQueries({ queries: asked });
  if (selections.length < 2) return null;
  if (!open) return <Button size="compact-xs" variant="default" mt={6} onClick={() => setOpen(true)}>Compare two choices</Button>;
  const failed = sides.find((side) => side.error !== null)?.error ?? null;
  const [a, b] = sides.map((side) => side.data?.header);
  const rows = a?.color?.kind === 'categories' && b?.color?.kind === 'categories' ? madeUp(a.color, b.color) : null;
  return (
    <section aria-label="Two choices compared" className="card" style={{ marginTop: 8 }}>
      <Group gap="xs" grow>
        {([0, 1] as const).map((side) => (
          <NativeSelect key={side} size="xs" label={side === 0 ? 'First' : 'Second'} data={selections.map((one) => one.name)} value={pair[side]} onChange={({ currentTarget: { value } }) => setPair(side === 0 ? [value, pair[1]] : [pair[0], value])} />
        ))}
      </Group>
      <NativeSelect size="xs" mt={4} label="Make-up by" data={labels} value={column ?? ''} onChange={({ currentTarget }) => setColumn(currentTarget.value)} />
      {failed !== null && <ErrorCard error={failed} />}
      {rows && a && b ? (
        <>
          <Text size="sm" mt="xs">{formatCount(a.chosen)} and {formatCount(b.chosen)} cells</Text>
          <Table fz="xs" verticalSpacing={2} aria-label={`Share of each ${column} in both choices`}>
            <Table.Thead><Table.Tr><Table.Th>{column}</Table.Th><Table.Th ta="right">First</Table.Th><Table.Th ta="right">Second</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{rows.slice(0, 30).map((row) => <Table.Tr key={row.label}><Table.Td className="clip">{row.label}</Table.Td><Table.Td ta="right">{percent(row.first)}</Table.Td><Table.Td ta="right">{percent(row.second)}</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
          {rows.length > 30 && <Text size="xs" c="dimmed">and {rows.length - 30} more, with smaller differences</Text>}
        </>
      ) : failed === null && <Loader size="xs" mt="xs" />}
      {kept[0] && kept[1] && <CompareGenes run={run} first={choiceOf(fromText(kept[0].view, usual))} second={choiceOf(fromText(kept[1].view, usual))} names={pair} />}
      <Button size="compact-xs" variant="subtle" mt={4} onClick={() => setOpen(false)}>Close</Button>
    </section>
  );
}

interface Counted {
  readonly categories: readonly string[];
  readonly counts: readonly number[];
}

/** Shares of every label, the largest differences first. */
export function madeUp(a: Counted, b: Counted): { label: string; first: number; second: number }[] {
  const share = ({ categories, counts }: Counted): Map<string, number> => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    return new Map(categories.map((label, i) => [label, total === 0 ? 0 : counts[i]! / total]));
  };
  const [one, two] = [share(a), share(b)];
  return [...new Set([...one.keys(), ...two.keys()])]
    .map((label) => ({ label, first: one.get(label) ?? 0, second: two.get(label) ?? 0 }))
    .filter((row) => row.first > 0 || row.second > 0)
    .sort((p, q) => Math.abs(q.first - q.second) - Math.abs(p.first - p.second));
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
