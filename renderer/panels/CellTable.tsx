/** The table of cells: only the rows in view exist; they come from the engine in blocks of a hundred. */
import { Text, UnstyledButton } from '@mantine/core';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { CellChoice } from '../../protocol/cell-choice.ts';
import { host } from '../client/rpc.ts';
import { formatAny, formatCount } from '../client/words.ts';
import { rowHeight, rowWindow } from '../plots/window-rows.ts';
import { ErrorCard } from './ErrorCard.tsx';

export interface CellSort {
  readonly column: string;
  readonly descending: boolean;
}

export interface CellTableProps {
  readonly run: string;
  readonly columns: readonly string[];
  readonly choice: CellChoice;
  readonly sort: CellSort | null;
  onSort(sort: CellSort | null): void;
  /** Row to go to; a new object goes there again. */
  readonly goTo: { readonly row: number } | null;
  onTotal(total: number): void;
}

const blockRows = 100;

export function CellTable({ run, columns, choice, sort, onSort, goTo, onTotal }: CellTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [viewHeight, setViewHeight] = useState(480);
  const [first, setFirst] = useState(0);
  const [total, setTotal] = useState(0);
  const window = rowWindow(total, viewHeight);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => setViewHeight(scroller.current!.clientHeight - rowHeight));
    watch.observe(scroller.current!);
    return () => watch.disconnect();
  }, []);
  const show = (row: number): void => {
    const next = Math.max(0, Math.min(Math.max(0, total - Math.floor(viewHeight / rowHeight)), row));
    setFirst(next);
    scroller.current!.scrollTop = window.topOf(next);
  };
  useEffect(() => {
    if (goTo) show(goTo.row);
  }, [goTo]);
  const last = Math.min(total, first + window.visible + 1);
  const blocks = [...new Set([Math.floor(first / blockRows), Math.floor(Math.max(first, last - 1) / blockRows)])];
  const input = { run, columns: [...columns], choice, sort: sort === null ? null : { ...sort } };
  const answers = useQueries({
    queries: blocks.map((block) => ({
      ...host.runs.cells.queryOptions({ input: { ...input, from: block * blockRows, count: blockRows } }), staleTime: Number.POSITIVE_INFINITY, placeholderData: total === 0 ? keepPreviousData : undefined,
    })),
  });
  const known = answers.find((answer) => answer.data)?.data?.total;
  useEffect(() => {
    if (known === undefined) return;
    setTotal(known);
    onTotal(known);
  }, [known]);
  const failed = answers.find((answer) => answer.error)?.error;
  const cellAt = (row: number): { name: string; values: readonly (string | number | null)[] } | null => {
    const answer = answers.find(({ data }) => data && row >= data.from && row < data.from + data.names.length)?.data;
    return answer ? { name: answer.names[row - answer.from]!, values: answer.values.map((column) => column[row - answer.from] ?? null) } : null;
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
    const to: Readonly<Record<string, number>> = { ArrowDown: first + 1, ArrowUp: first - 1, PageDown: first + page, PageUp: first - page, Home: 0, End: total };
    const row = to[event.key];
    if (row === undefined || event.target !== scroller.current) return;
    event.preventDefault();
    show(row);
  };
  const turn = (column: string): void => onSort(sort?.column !== column ? { column, descending: false } : sort.descending ? null : { column, descending: true });

  return (
    <div>
      {failed && <ErrorCard error={failed} />}
      <div
        ref={scroller} className="cell-table" tabIndex={0} role="region" aria-label={`Table of ${formatCount(total)} cells. Arrow keys, Page Up and Page Down, Home and End move through it.`}
        onKeyDown={onKeyDown} onScroll={({ currentTarget: { scrollTop } }) => setFirst((old) => (Math.abs(window.topOf(old) - scrollTop) < 1 ? old : window.firstAt(scrollTop)))}
      >
        <div style={{ height: window.height + rowHeight }}>
          <table aria-rowcount={total + 1}>
            <thead>
              <tr>
                <th scope="col">cell</th>
                {columns.map((column) => (
                  <th key={column} scope="col" aria-sort={sort?.column === column ? (sort.descending ? 'descending' : 'ascending') : undefined}>
                    <UnstyledButton onClick={() => turn(column)}>{column}{sort?.column === column ? (sort.descending ? ' ↓' : ' ↑') : ''}</UnstyledButton>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: last - first }, (_, i) => first + i).map((row) => {
                const cell = cellAt(row);
                return (
                  <tr key={row} aria-rowindex={row + 2}>
                    <th scope="row" title={cell?.name}>{cell?.name ?? '…'}</th>
                    {columns.map((column, c) => <td key={column} className={typeof cell?.values[c] === 'number' ? 'number' : undefined}>{cell ? textOf(cell.values[c] ?? null) : ''}</td>)}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </div>
      <Text size="xs" c="dimmed" mt={4} aria-live="polite">{total === 0 ? 'No cell' : `Rows ${formatCount(first + 1)} to ${formatCount(Math.min(total, first + Math.floor(viewHeight / rowHeight)))} of ${formatCount(total)}`}</Text>
    </div>
  );
}

function textOf(value: string | number | null): string {
  if (value === null) return '';
  return typeof value === 'number' ? formatAny(value) : value;
}
