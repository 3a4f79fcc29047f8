/** A run's cells on a map: coloured by any column or gene, filtered by others, chosen by lasso or box. */
import { Button, Group, Loader, SegmentedControl, Select, Text, useComputedColorScheme } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RunColumns } from '../../protocol/api.types.ts';
import { client, host } from '../client/rpc.ts';
import { formatCount } from '../client/words.ts';
import { ColumnFilters } from '../panels/ColumnFilters.tsx';
import { CompareChoices } from '../panels/CompareChoices.tsx';
import { ErrorCard } from '../panels/ErrorCard.tsx';
import { FigureFormats } from '../panels/FigureFormats.tsx';
import { GeneBox } from '../panels/GeneBox.tsx';
import { Origin } from '../panels/Origin.tsx';
import { RunPlaces } from '../panels/RunPlaces.tsx';
import { SearchSelect } from '../panels/SearchSelect.tsx';
import { Selections } from '../panels/Selections.tsx';
import { useMap } from '../panels/use-map.ts';
import { useViewState } from '../panels/use-view-state.ts';
import { Bars } from '../plots/Bars.tsx';
import { DensityMap } from '../plots/DensityMap.tsx';
import { Legend } from '../plots/Legend.tsx';
import { PointsMap } from '../plots/PointsMap.tsx';

export function ExplorePage({ run }: { readonly run: string }) {
  const columns = useQuery(host.runs.columns.queryOptions({ input: { run } }));
  if (columns.error) return <ErrorCard error={columns.error} />;
  if (!columns.data) return <Loader />;
  if (columns.data.bases.length === 0) return <Text>This run has no embedding to look at: it ended before PCA.</Text>;
  return <Explorer run={run} columns={columns.data} />;
}

type Tool = 'move' | 'lasso' | 'box';
const tools: { value: Tool; label: string }[] = [{ value: 'move', label: 'Move' }, { value: 'lasso', label: 'Lasso' }, { value: 'box', label: 'Box' }];

function Explorer({ run, columns }: { readonly run: string; readonly columns: RunColumns }) {
  const dark = useComputedColorScheme('light') === 'dark';
  const { state, set, open, text, shared, canUndo, canRedo, move } = useViewState(columns);
  const { basis, color, gene, lasso } = state;
  const [tool, setTool] = useState<Tool>('move');
  const map = useMap(run, columns, state, dark);
  const { view, whole, density, chosenCells } = map;
  const selections = useQuery(host.selections.list.queryOptions({ input: { run } }));
  const save = useMutation({ mutationFn: () => client.runs.export({ run, kind: 'figure', basis, ...(gene !== null ? { gene } : { colors: color === null ? [] : [color] }) }) });
  const counted = density ? whole?.raster.header.placed : view?.header.points;
  const label = `${basis} of ${formatCount(counted ?? 0)} cells${density ? ', counted in squares' : ''}${gene ?? color ? `, coloured by ${gene ?? color}` : ''}`;
  const frame = { tool, onChoose: (corners: NonNullable<typeof lasso>) => set({ lasso: corners }), label };
  const category = view?.header.color?.kind === 'categories' ? view.header.color : null;

  return (
    <div className="explore">
      <div className="explore-map">
        <RunPlaces run={run} at="Map" view={shared} />
        {map.error && <ErrorCard error={map.error} />}
        {density
          ? whole ? <DensityMap {...frame} raster={whole.raster} pixels={whole.pixels} detail={map.fine} onStill={map.onStill} /> : !map.error && <Loader m="xl" />
          : view ? <PointsMap {...frame} view={view} colors={map.colors} /> : !map.error && <Loader m="xl" />}
      </div>
      <aside className="explore-side" aria-label="What the map shows">
        {view && (
          <Group gap="xs" mb="xs">
            <Origin demo={view.header.demo} subset={view.header.placed < view.header.cells || (!density && view.header.points < view.header.placed)} />
            <Text size="sm" aria-live="polite">{chosenCells !== null ? `${formatCount(chosenCells)} of ${formatCount(counted ?? 0)} cells chosen` : `${formatCount(counted ?? 0)} of ${formatCount(view.header.cells)} cells`}</Text>
          </Group>
        )}
        <Select label="Map" data={columns.bases.map((one) => one.name)} value={basis} allowDeselect={false} onChange={(next) => set({ basis: next ?? basis, lasso: null })} />
        <SearchSelect label="Colour" data={columns.columns.map((one) => one.name)} value={color} clearable mt="xs" nothingFoundMessage="No such column" onChange={(next) => set({ color: next, gene: null, shown: null })} />
        <GeneBox key={gene} run={run} gene={gene} back="Back to the column" onGene={(next) => set({ gene: next, shown: null })} />
        <Group mt="sm" gap="xs">
          <SegmentedControl size="xs" value={tool} aria-label="What the pointer does" onChange={(next) => setTool(tools.find((one) => one.value === next)?.value ?? 'move')} data={tools} />
          <SegmentedControl size="xs" value={density ? 'density' : 'points'} aria-label="How cells are drawn" onChange={(next) => set({ draw: next === 'density' ? 'density' : 'points' })} data={[{ value: 'points', label: 'Points' }, { value: 'density', label: 'Density' }]} />
          <Button size="compact-xs" variant="default" disabled={!canUndo} onClick={() => move('undo')} title="Ctrl Z">Undo</Button>
          <Button size="compact-xs" variant="default" disabled={!canRedo} onClick={() => move('redo')} title="Shift Ctrl Z">Redo</Button>
          {lasso && <Button size="compact-xs" variant="default" onClick={() => set({ lasso: null })}>Clear choice</Button>}
          <Button size="compact-xs" variant="default" loading={save.isPending} onClick={() => save.mutate()}>Save figure</Button>
        </Group>
        {density && view && view.header.points < view.header.placed && <Text size="xs" c="dimmed" mt={4}>The map counts every cell; histograms{gene === null ? '' : ' and the gene'} come from a fair sample of {formatCount(view.header.points)}.</Text>}
        {save.data && <div><Text size="xs" c="dimmed" mt={4}>Saved as figures/{save.data.name}</Text><FigureFormats file={save.data} /></div>}
        {save.error && <ErrorCard error={save.error} />}
        {view && view.header.color && <Legend view={view} chosen={map.chosen} shown={map.shownCodes} dark={dark} onShown={(next) => set({ shown: next === null ? null : [...next].map((code) => category?.categories[code] ?? '') })} />}
        <ColumnFilters columns={columns} state={state} inView={map.inView} chosen={map.chosen} errorOf={map.errorOf} onChange={set} />
        <Selections run={run} chosen={chosenCells === null ? null : { view: text, cells: chosenCells }} onOpen={open} />
        <CompareChoices run={run} columns={columns} selections={selections.data ?? []} by={color} />
        {columns.varianceRatio && <details className="facts"><summary>Variance of the components</summary><Bars values={columns.varianceRatio} title="Share of variance by component" prefix="PC" /></details>}
      </aside>
    </div>
  );
}
