/** A figure in the formats a journal takes. */
import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ExportedFile } from '../../protocol/api.types.ts';
import { fetchText, saveBlob, svgToPdf, svgToPng } from '../client/figures.ts';

export function FigureFormats({ file }: { readonly file: Pick<ExportedFile, 'folder' | 'name'> }) {
  const save = useMutation({
    mutationFn: async (format: 'png' | 'pdf') => {
      const svg = await fetchText(file);
      saveBlob(await (format === 'png' ? svgToPng(svg, 300) : svgToPdf(svg)), file.name.replace(/svg$/, format));
    },
  });
  return (
    <span className="row">
      <Button size="compact-xs" variant="default" loading={save.isPending && save.variables === 'png'} onClick={() => save.mutate('png')}>PNG, 300 dpi</Button>
      <Button size="compact-xs" variant="default" loading={save.isPending && save.variables === 'pdf'} onClick={() => save.mutate('pdf')}>PDF</Button>
      {save.error && <Text size="xs" c="red" role="alert">{save.error.message}</Text>}
    </span>
  );
}
