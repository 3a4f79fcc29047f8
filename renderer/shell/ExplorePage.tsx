/** A run's cells on a map: coloured by any column, filtered by others, chosen by lasso. */
import { Button, Group, Loader, SegmentedControl, Select, Text, TextInput, useComputedColorScheme } from '@mantine/core';
import { useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useReducer, useState } from 'react';
import type { RunColumns } from '../../protocol/api.types.ts';
import type { View } from '../../protocol/view-file.ts';
import { pointsOptions } from '../client/points.ts';
import { client, host } from '../client/rpc.ts';
import { formatCount } from '../client/words.ts';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { FigureFormats } from '../panels/FigureFormats.tsx';
import { Origin } from '../panels/Origin.tsx';
import { Selections } from '../panels/Selections.tsx';
import { Bars } from '../plots/Bars.tsx';
import { binValues, passing } from '../plots/bins.ts';
import { insidePolygon } from '../plots/camera.ts';
import { EmbeddingPlot } from '../plots/EmbeddingPlot.tsx';
import { Histogram } from '../plots/Histogram.tsx';
import { Legend } from '../plots/Legend.tsx';
import { paint } from '../plots/point-colors.ts';
import { beginning, fromText, step, toText, type ViewState } from '../plots/view-state.ts';

export function ExplorePage({ run }: { readonly run: string }) {
  const columns = useQuery(host.runs.columns.queryOptions({ input: { run } }));
  if (columns.error) return <ErrorCard error={columns.error} />;
  if (!columns.data) return <Loader />;
  if (columns.data.bases.length === 0) return <Text>This run has no embedding to look at: it ended before PCA.</Text>;
  return <Explorer run={run} columns={columns.data} />;
}

function Explorer({ run, columns }: { readonly run: string; readonly columns: RunColumns }) {
  const dark = useComputedColorScheme('light') === 'dark';
  const { state: { basis, color, gene, filters, shown: shownCodes, lasso }, set, open, text, canUndo, canRedo, move } = useViewState(columns);
  const shown = useMemo(() => (shownCodes === null ? null : new Set(shownCodes)), [shownCodes]);
  const [tool, setTool] = useState<'move' | 'lasso'>('move');
  const request = { run, basis, axes: [0, 1] as const };
  const points = useQuery({ ...pointsOptions({ ...request, color, gene }), placeholderData: (old: View | undefined) => old });
  const names = Object.keys(filters);
  // Equal seeds draw equal cells: values of another column line up with the points.
  const others = useQueries({ queries: names.map((name) => pointsOptions({ ...request, color: name })) });
  const view = points.data;
  const chosen = useMemo(() => {
    if (!view) return null;
    const tests = names.flatMap((name, i) => {
      const range = filters[name];
      const values = others[i]?.data?.values;
      return range && values && values.length === view.x.length ? [(at: number): boolean => values[at]! >= range[0] && values[at]! <= range[1]] : [];
    });
    const inside = lasso && insidePolygon(view.x, view.y, lasso.map(([x, y]) => ({ x, y })));
    if (inside) tests.push((at) => inside[at] === 1);
    return passing(view.x.length, tests);
  }, [view, filters, lasso, ...others.map((other) => other.data)]);
  const colors = useMemo(() => (view ? paint(view, { shown, chosen, dark }) : new Uint8Array(0)), [view, shown, chosen, dark]);
  const save = useMutation({ mutationFn: () => client.runs.export({ run, kind: 'figure', basis, ...(gene !== null ? { gene } : { colors: color === null ? [] : [color] }) }) });
  const drawn = view ? (chosen ? chosen.reduce((n, flag) => n + flag, 0) : view.x.length) : 0;
  const numeric = columns.columns.filter((column) => column.kind === 'numbers' && !(column.name in filters));

  return (
    <div className="explore">
      <div style={{ position: 'relative' }}>
        {points.error && <ErrorCard error={points.error} />}
        {view ? <EmbeddingPlot view={view} colors={colors} tool={tool} onChoose={(corners) => set({ lasso: corners })} label={`${basis} of ${formatCount(view.x.length)} cells${gene ?? color ? `, coloured by ${gene ?? color}` : ''}`} /> : !points.error && <Loader m="xl" />}
      </div>
      <aside className="explore-side" aria-label="What the map shows">
        {view && <Group gap="xs" mb="xs"><Origin demo={view.header.demo} subset={view.header.placed < view.header.cells || view.header.points < view.header.placed} /><Text size="sm" aria-live="polite">{chosen ? `${formatCount(drawn)} of ${formatCount(view.x.length)} cells chosen` : `${formatCount(view.header.points)} of ${formatCount(view.header.cells)} cells`}</Text></Group>}
        <Select label="Map" data={columns.bases.map((one) => one.name)} value={basis} allowDeselect={false} onChange={(next) => set({ basis: next ?? basis, lasso: null })} />
        <Select label="Colour" data={columns.columns.map((one) => one.name)} value={color} searchable clearable mt="xs" nothingFoundMessage="No such column" onChange={(next) => set({ color: next, gene: null, shown: null })} />
        <GeneBox key={gene} gene={gene} onGene={(next) => set({ gene: next, shown: null })} />
        <Group mt="sm" gap="xs">
          <SegmentedControl size="xs" value={tool} onChange={(next) => setTool(next === 'lasso' ? 'lasso' : 'move')} data={[{ value: 'move', label: 'Move' }, { value: 'lasso', label: 'Lasso' }]} />
          <Button size="compact-xs" variant="default" disabled={!canUndo} onClick={() => move('undo')} title="Ctrl Z">Undo</Button>
          <Button size="compact-xs" variant="default" disabled={!canRedo} onClick={() => move('redo')} title="Shift Ctrl Z">Redo</Button>
          {lasso && <Button size="compact-xs" variant="default" onClick={() => set({ lasso: null })}>Clear choice</Button>}
          <Button size="compact-xs" variant="default" loading={save.isPending} onClick={() => save.mutate()}>Save figure</Button>
        </Group>
        {save.data && <div><Text size="xs" c="dimmed" mt={4}>Saved as figures/{save.data.name}</Text><FigureFormats file={save.data} /></div>}
        {save.error && <ErrorCard error={save.error} />}
        {view && view.header.color && <Legend view={view} chosen={chosen} shown={shown} dark={dark} onShown={(next) => set({ shown: next === null ? null : [...next] })} />}
        <Select label="Filter by" placeholder="add a column of numbers" data={numeric.map((one) => one.name)} value={null} searchable mt="md" onChange={(next) => next && set({ filters: { ...filters, [next]: null } })} />
        {names.map((name, i) => (
          <Filter key={name} name={name} view={others[i]?.data} error={others[i]?.error ?? null} chosen={chosen} range={filters[name] ?? null}
            onRange={(range) => set({ filters: { ...filters, [name]: range } }, name)} onRemove={() => set({ filters: Object.fromEntries(Object.entries(filters).filter(([other]) => other !== name)) })} />
        ))}
        <Selections run={run} chosen={chosen && { view: text, cells: drawn }} onOpen={open} />
        {columns.varianceRatio && <details className="facts"><summary>Variance of the components</summary><Bars values={columns.varianceRatio} title="Share of variance by component" prefix="PC" /></details>}
      </aside>
    </div>
  );
}

/** The view as it stands in the address, with steps that can be taken back (Ctrl Z) and taken again (Shift Ctrl Z). */
function useViewState(columns: RunColumns) {
  const usual = useMemo((): ViewState => ({ basis: columns.bases[0]!.name, color: columns.suggested[0] ?? columns.columns[0]?.name ?? null, gene: null, filters: {}, shown: null, lasso: null }), [columns]);
  const navigate = useNavigate();
  const { view: text } = useSearch({ strict: false });
  const [history, change] = useReducer(step, undefined, () => {
    const opened = fromText(text, usual);
    // An address of another run may name a map that this one has not.
    return beginning(columns.bases.some((one) => one.name === opened.basis) ? opened : { ...opened, basis: usual.basis });
  });
  useEffect(() => void navigate({ to: '.', search: (old) => ({ ...old, view: toText(history.now, usual) }), replace: true }), [history.now, usual, navigate]);
  const move = (kind: 'undo' | 'redo'): void => change({ kind });
  useHotkeys([['mod+Z', () => move('undo')], ['mod+shift+Z', () => move('redo')], ['mod+Y', () => move('redo')]]);
  const set = (part: Partial<ViewState>, merge?: string): void => change({ kind: 'set', change: part, ...(merge === undefined ? {} : { merge }) });
  const open = (kept: string): void => set(fromText(kept, usual));
  return { state: history.now, text: JSON.stringify(history.now), open, set, move, canUndo: history.past.length > 0, canRedo: history.future.length > 0 };
}

/** A gene by its name as the file writes it; a name that is not there is answered with near ones. */
function GeneBox({ gene, onGene }: { readonly gene: string | null; onGene(gene: string | null): void }) {
  const [typed, setTyped] = useState(gene ?? '');
  return (
    <form onSubmit={(event) => { event.preventDefault(); onGene(typed.trim() === '' ? null : typed.trim()); }}>
      <Group align="end" gap="xs" mt="xs" wrap="nowrap">
        <TextInput className="grow" label="Or a gene" placeholder="TP53" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        <Button type="submit" variant="default">Show</Button>
        {gene !== null && <Button variant="subtle" onClick={() => { setTyped(''); onGene(null); }} aria-label="Back to the column">×</Button>}
      </Group>
    </form>
  );
}

interface FilterProps {
  readonly name: string;
  readonly view: View | undefined;
  readonly error: unknown;
  readonly chosen: Uint8Array | null;
  readonly range: readonly [number, number] | null;
  onRange(range: readonly [number, number] | null): void;
  onRemove(): void;
}

function Filter({ name, view, error, chosen, range, onRange, onRemove }: FilterProps) {
  const bins = useMemo(() => (view?.values ? binValues(view.values, chosen, 48) : null), [view, chosen]);
  return (
    <div>
      <Group justify="space-between" mt="sm"><Text size="sm" fw={560}>{name}</Text><Button size="compact-xs" variant="subtle" onClick={onRemove} aria-label={`Remove the filter by ${name}`}>remove</Button></Group>
      {error !== null && <ErrorCard error={error} />}
      {bins ? <Histogram bins={bins} range={range} onRange={onRange} label={name} /> : error === null && <Loader size="xs" />}
    </div>
  );
}
