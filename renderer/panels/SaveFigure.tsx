/** A figure that the page made itself, in the formats a journal takes. */
import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { saveBlob, svgToPdf, svgToPng } from '../client/figures.ts';

export interface SaveFigureProps {
  readonly name: string;
  svg(): string;
}

/** Safe on every system. */
export const fileNameOf = (name: string): string => name.replaceAll(/[^\w.-]+/g, '_').slice(0, 100);

export function SaveFigure({ name, svg }: SaveFigureProps) {
  const save = useMutation({
    mutationFn: async (format: 'svg' | 'png' | 'pdf') => {
      const text = svg();
      saveBlob(format === 'svg' ? new Blob([text], { type: 'image/svg+xml' }) : await (format === 'png' ? svgToPng(text, 300) : svgToPdf(text)), `${fileNameOf(name)}.${format}`);
    },
  });
  return (
    <span className="row" role="group" aria-label={`Save ${name}`}>
      {(['svg', 'png', 'pdf'] as const).map((format) => <Button key={format} size="compact-xs" variant="default" loading={save.isPending && save.variables === format} onClick={() => save.mutate(format)}>{format.toUpperCase()}</Button>)}
      {save.error && <Text size="xs" c="red" role="alert">{save.error.message}</Text>}
    </span>
  );
}
