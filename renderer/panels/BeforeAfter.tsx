/** The same cells before and after an integration, side by side, coloured by batch or by label. */
import { Loader, NativeSelect, SimpleGrid, Text } from '@mantine/core';
import { useMantineColorScheme } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import type { View } from '../../protocol/view-file.ts';
import { pointsOptions } from '../client/points.ts';
import { paint } from '../plots/point-colors.ts';
import { PointsMap } from '../plots/PointsMap.tsx';
import { ErrorCard } from './ErrorCard.tsx';
import { TakeMap } from './TakeMap.tsx';

export interface BeforeAfterProps {
  readonly run: string;
  readonly bases: readonly [string, string];
  /** Columns to colour by, the batches first. */
  readonly columns: readonly string[];
}

const mostPoints = 30_000;

export function BeforeAfter({ run, bases, columns }: BeforeAfterProps) {
  const [color, setColor] = useState(columns[0]!);
  const { colorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark';
  const sides = useQueries({ queries: bases.map((basis) => pointsOptions({ run, basis, color, axes: [0, 1], most: mostPoints })) });
  const failed = sides.find((side) => side.error !== null)?.error ?? null;
  return (
    <section aria-label="Before and after">
      <NativeSelect label="Colour by" data={[...columns]} value={color} onChange={(event) => setColor(event.currentTarget.value)} maw={260} mb="xs" />
      {failed && <ErrorCard error={failed} />}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {bases.map((basis, side) => {
          const view = sides[side]?.data;
          return (
            <figure key={basis} className="bars">
              <figcaption>{side === 0 ? 'Before' : 'After'}: {basis}</figcaption>
              <div style={{ height: 340 }}>{view ? <PointsMap view={view} colors={paint(view, { shown: null, chosen: null, dark })} tool="move" onChoose={() => undefined} label={`${side === 0 ? 'Before' : 'After'} integration: ${view.x.length} cells by ${color}`} /> : !failed && <Loader />}</div>
              {view && <Text size="xs" c="dimmed">{spread(view)}</Text>}
              <TakeMap key={color} run={run} basis={basis} color={color} />
            </figure>
          );
        })}
      </SimpleGrid>
    </section>
  );
}

/** The same in numbers: how far the labels' centres lie apart, in spreads of all cells. */
function spread({ x, y, codes, header }: View): string {
  if (!codes || header.color?.kind !== 'categories') return '';
  const centers = header.color.categories.map(() => ({ n: 0, x: 0, y: 0 }));
  let [mx, my, vx, vy] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    [mx, my] = [mx + x[i]! / x.length, my + y[i]! / x.length];
    const center = centers[codes[i]!];
    if (center) Object.assign(center, { n: center.n + 1, x: center.x + x[i]!, y: center.y + y[i]! });
  }
  for (let i = 0; i < x.length; i++) [vx, vy] = [vx + (x[i]! - mx) ** 2 / x.length, vy + (y[i]! - my) ** 2 / x.length];
  const known = centers.filter((one) => one.n > 0);
  const apart = known.reduce((sum, one) => sum + (one.n / x.length) * Math.hypot((one.x / one.n - mx) / Math.sqrt(vx || 1), (one.y / one.n - my) / Math.sqrt(vy || 1)), 0);
  return `Centres of ${known.length} groups lie ${apart.toFixed(2)} spreads from the middle on average, in these two components.`;
}
