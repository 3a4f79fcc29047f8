/** Bars of a column with a range that can be drawn over them; its numbers also stand in a table. */
import { useRef, useState } from 'react';
import { formatValue } from '../client/words.ts';
import type { Bins } from './bins.ts';

export interface HistogramProps {
  readonly bins: Bins;
  readonly range: readonly [number, number] | null;
  onRange(range: readonly [number, number] | null): void;
  readonly label: string;
  /** Values as they are written under the bars; for columns drawn by their logarithm. */
  show?(value: number): string;
}

const [width, height] = [260, 64];

export function Histogram({ bins, range, onRange, label, show = formatValue }: HistogramProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [from, setFrom] = useState<number | null>(null);
  const { edges, all, chosen } = bins;
  const [low, high] = [edges[0]!, edges.at(-1)!];
  const most = Math.max(1, ...all);
  const place = (value: number): number => ((value - low) / (high - low)) * width;
  const valueAt = (clientX: number): number => {
    const box = svg.current!.getBoundingClientRect();
    return low + Math.min(1, Math.max(0, (clientX - box.left) / box.width)) * (high - low);
  };
  const bars = (counts: Uint32Array, className: string) =>
    [...counts].map((count, i) => {
      // A square root keeps small bins visible beside large ones.
      const tall = count === 0 ? 0 : Math.max(1, Math.sqrt(count / most) * (height - 4));
      return <rect key={i} className={className} x={(i * width) / counts.length + 0.5} y={height - tall} width={width / counts.length - 1} height={tall} />;
    });
  return (
    <div className="histogram">
      <svg
        ref={svg} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Histogram of ${label} from ${show(low)} to ${show(high)}; bar heights are square roots of counts`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(valueAt(event.clientX));
        }}
        onPointerMove={(event) => {
          if (from === null) return;
          const to = valueAt(event.clientX);
          onRange([Math.min(from, to), Math.max(from, to)]);
        }}
        onPointerUp={(event) => {
          if (from !== null && Math.abs(valueAt(event.clientX) - from) < (high - low) / 200) onRange(null);
          setFrom(null);
        }}
      >
        {bars(all, 'bar-all')}
        {bars(chosen, 'bar-chosen')}
        {range && <rect className="brush" x={place(range[0])} y={0} width={Math.max(1, place(range[1]) - place(range[0]))} height={height} />}
      </svg>
      <div className="histogram-ends"><span>{show(low)}</span><span>{range ? `${show(range[0])} to ${show(range[1])}` : 'drag to filter'}</span><span>{show(high)}</span></div>
    </div>
  );
}
