/** Columns that narrow the cells down: ranges over histograms, labels to tick; each shows what the others leave. */
import { Button, Group, Loader, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { RunColumns } from '../../protocol/api.types.ts';
import type { View } from '../../protocol/view-file.ts';
import { formatCount } from '../client/words.ts';
import { binValues } from '../plots/bins.ts';
import { Histogram } from '../plots/Histogram.tsx';
import type { ViewState } from '../plots/view-state.ts';
import { ErrorCard } from './ErrorCard.tsx';
import { SearchSelect } from './SearchSelect.tsx';

export interface ColumnFiltersProps {
  readonly columns: RunColumns;
  readonly state: Pick<ViewState, 'filters' | 'groups'>;
  readonly inView: ReadonlyMap<string, View | undefined>;
  readonly chosen: Uint8Array | null;
  errorOf(name: string): unknown;
  onChange(change: Partial<ViewState>, merge?: string): void;
}

export function ColumnFilters({ columns, state: { filters, groups }, inView, chosen, errorOf, onChange }: ColumnFiltersProps) {
  const free = columns.columns.filter(({ name }) => !(name in filters) && !(name in groups));
  const add = (name: string): void => {
    const numbers = columns.columns.find((one) => one.name === name)?.kind === 'numbers';
    onChange(numbers ? { filters: { ...filters, [name]: null } } : { groups: { ...groups, [name]: null } });
  };
  return (
    <section aria-label="Filters">
      <SearchSelect label="Filter by" placeholder="add a column" data={free.map((one) => one.name)} value={null} mt="md" nothingFoundMessage="No such column" onChange={(next) => next && add(next)} />
      {Object.entries(filters).map(([name, range]) => (
        <Framed key={name} name={name} view={inView.get(name)} error={errorOf(name)} onRemove={() => onChange({ filters: without(filters, name) })}>
          {(view) => view.values && <Numbers values={view.values} chosen={chosen} name={name} range={range} onRange={(next) => onChange({ filters: { ...filters, [name]: next } }, name)} />}
        </Framed>
      ))}
      {Object.entries(groups).map(([name, labels]) => (
        <Framed key={name} name={name} view={inView.get(name)} error={errorOf(name)} onRemove={() => onChange({ groups: without(groups, name) })}>
          {(view) => <Labels view={view} chosen={chosen} name={name} labels={labels} onLabels={(next) => onChange({ groups: { ...groups, [name]: next } })} />}
        </Framed>
      ))}
    </section>
  );
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
}

interface FramedProps {
  readonly name: string;
  readonly view: View | undefined;
  readonly error: unknown;
  onRemove(): void;
  children(view: View): React.ReactNode;
}

function Framed({ name, view, error, onRemove, children }: FramedProps) {
  return (
    <div>
      <Group justify="space-between" mt="sm"><Text size="sm" fw={560}>{name}</Text><Button size="compact-xs" variant="subtle" onClick={onRemove} aria-label={`Remove the filter by ${name}`}>remove</Button></Group>
      {error !== null && <ErrorCard error={error} />}
      {view ? children(view) : error === null && <Loader size="xs" />}
    </div>
  );
}

interface NumbersProps {
  readonly values: Float32Array;
  readonly chosen: Uint8Array | null;
  readonly name: string;
  readonly range: readonly [number, number] | null;
  onRange(range: readonly [number, number] | null): void;
}

function Numbers({ values, chosen, name, range, onRange }: NumbersProps) {
  const bins = useMemo(() => binValues(values, chosen, 48), [values, chosen]);
  return <Histogram bins={bins} range={range} onRange={onRange} label={name} />;
}

interface LabelsProps {
  readonly view: View;
  readonly chosen: Uint8Array | null;
  readonly name: string;
  readonly labels: readonly string[] | null;
  onLabels(labels: readonly string[] | null): void;
}

/** Rows of labels; the most frequent come first. */
const most = 200;

function Labels({ view, chosen, name, labels, onLabels }: LabelsProps) {
  const { color } = view.header;
  const counts = useMemo(() => {
    const found = new Array<number>(color?.kind === 'categories' ? color.categories.length : 0).fill(0);
    view.codes?.forEach((code, i) => {
      if (code >= 0 && (chosen === null || chosen[i] === 1)) found[code]! += 1;
    });
    return found;
  }, [view, color, chosen]);
  if (color?.kind !== 'categories') return null;
  const order = color.categories.map((_, code) => code).sort((a, b) => color.counts[b]! - color.counts[a]! || a - b).slice(0, most);
  const toggle = (label: string): void => {
    const next = labels === null ? [label] : labels.includes(label) ? labels.filter((one) => one !== label) : [...labels, label];
    onLabels(next.length === 0 ? null : next);
  };
  return (
    <ul className="legend tick-list" aria-label={`Labels of ${name}: tick those to keep`}>
      {order.map((code) => {
        const label = color.categories[code]!;
        return (
          <li key={code}><label><input type="checkbox" checked={labels?.includes(label) ?? false} onChange={() => toggle(label)} /><span className="grow clip">{label}</span><span className="count">{formatCount(counts[code]!)}</span></label></li>
        );
      })}
      {color.categories.length > most && <li className="quiet">and {color.categories.length - most} more</li>}
    </ul>
  );
}
