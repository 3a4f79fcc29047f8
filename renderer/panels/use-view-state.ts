/** The view as it stands in the address, with steps that can be taken back (Ctrl Z) and taken again (Shift Ctrl Z). */
import { useHotkeys } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useReducer } from 'react';
import type { RunColumns } from '../../protocol/api.types.ts';
import { beginning, fromText, step, toText, type ViewState } from '../plots/view-state.ts';

/** How a map of a run opens. */
export function usualView(columns: RunColumns): ViewState {
  return {
    basis: columns.bases[0]?.name ?? '', color: columns.suggested[0] ?? columns.columns[0]?.name ?? null, gene: null, filters: {}, groups: {}, shown: null, lasso: null, draw: 'auto',
  };
}

export function useViewState(columns: RunColumns) {
  const usual = useMemo(() => usualView(columns), [columns]);
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
  return { state: history.now, text: JSON.stringify(history.now), shared: toText(history.now, usual), open, set, move, canUndo: history.past.length > 0, canRedo: history.future.length > 0 };
}
