/** A figure in the formats a journal takes. */
import { Button, NativeSelect, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ExportedFile } from '../../protocol/api.types.ts';
import { fetchText, saveBlob, svgToPdf, svgToPng } from '../client/figures.ts';

/** For a screen, for print, for drawings with fine lines. */
const resolutions = [150, 300, 600] as const;

export function FigureFormats({ file }: { readonly file: Pick<ExportedFile, 'folder' | 'name'> }) {
  const [dpi, setDpi] = useState(300);
  const save = useMutation({
    mutationFn: async (format: 'png' | 'pdf') => {
      const svg = await fetchText(file);
      saveBlob(await (format === 'png' ? svgToPng(svg, dpi) : svgToPdf(svg)), file.name.replace(/svg$/, format));
    },
  });
  return (
    <span className="row">
      <Button size="compact-xs" variant="default" loading={save.isPending && save.variables === 'png'} onClick={() => save.mutate('png')}>PNG, {dpi} dpi</Button>
      <NativeSelect size="xs" aria-label="Dots per inch of the PNG" value={dpi} data={resolutions.map(String)} onChange={({ currentTarget }) => setDpi(Number(currentTarget.value))} />
      <Button size="compact-xs" variant="default" loading={save.isPending && save.variables === 'pdf'} onClick={() => save.mutate('pdf')}>PDF</Button>
      {save.error && <Text size="xs" c="red" role="alert">{save.error.message}</Text>}
    </span>
  );
}
