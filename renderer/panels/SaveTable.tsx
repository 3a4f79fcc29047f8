/** A table of the page as a CSV file. */
import { Button } from '@mantine/core';
import { saveBlob } from '../client/figures.ts';
import { csvOf, type CsvCell } from './csv.ts';
import { fileNameOf } from './SaveFigure.tsx';

export interface SaveTableProps {
  readonly name: string;
  readonly head: readonly string[];
  rows(): readonly (readonly CsvCell[])[];
}

export function SaveTable({ name, head, rows }: SaveTableProps) {
  return <Button size="compact-xs" variant="default" aria-label={`Save ${name} as CSV`} onClick={() => saveBlob(new Blob([csvOf(head, rows())], { type: 'text/csv' }), `${fileNameOf(name)}.csv`)}>CSV</Button>;
}
